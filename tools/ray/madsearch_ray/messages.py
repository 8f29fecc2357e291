"""Lines of the worker protocol: JSON, one object a line. Requests and answers are handed on as they are."""
import json

VERSION = 12  # kMessagesVersion of engine/dispatch/messages.h
LONGEST = 8 << 20  # bytes of a line
_ABOUT_AN_ATTEMPT = ("started", "progress", "memory")


class NoMessage(ValueError):
    """What is no line of the protocol."""


class Line:
    def __init__(self, text):
        self.text = text
        try:
            self.fields = json.loads(text)
            self.type = self.fields["type"]
        except (ValueError, TypeError, KeyError):
            raise NoMessage(f"said what is no message: {text[:80]!r}") from None
        self.attempt = self.fields.get("attempt", 0)

    @property
    def answers(self):
        return self.type not in _ABOUT_AN_ATTEMPT

    @property
    def failed(self):
        """Whether the worker has to be ended, as a GPU's fault stays with its process."""
        return self.type == "error" or self.fields.get("outcome", "ok") not in ("ok", "diverged")


def ours(hello):
    """Why workers that say this can't serve; "" if they can."""
    said = hello.get("messages")
    return "" if said == VERSION else f"speaks version {said} of the worker protocol, and this is for {VERSION}"


def same(hello, other):
    """Whether results of both mean the same."""
    return all(hello.get(key) == other.get(key) for key in ("messages", "scoring"))


def hello_of_pool(hello, version, host):
    """A pool's first line, once a first worker has said its own."""
    kept = {key: hello.get(key) for key in ("messages", "scoring", "revision")}
    return _line("hello", version=version, **kept, built_for="", processor="", device="ray", host=host, slots=0,
                 memory_bytes=0, free_bytes=0)


def started(line, hello):
    """A worker's `started`, with where that is."""
    where = {key: hello.get(key, "") for key in ("host", "device", "processor")}
    return _line("started", attempt=line.attempt, **where)


def slots(number):
    return _line("slots", slots=number)


def lost(attempt, why):
    return _line("lost", attempt=attempt, why=why)


PING = '{"type":"ping"}'
PONG = '{"type":"pong"}'


def _line(kind, **fields):
    return json.dumps({"type": kind, **fields})
