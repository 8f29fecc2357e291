"""Starts madsearch, finds its workers, and ends what is left of both."""
import os
import signal
import subprocess
import time

LONGEST = 180  # seconds that any command of a soak may take


class Ended:
    """How a command ended: exit code or -signal, None if it had to be ended after LONGEST seconds."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def __str__(self):
        return f"exit code {self.code} after {self.seconds:.1f} s\n{self.out}{self.err}".rstrip()


class Program:
    """A command that runs in a session of its own, with its output in files below `folder`."""

    def __init__(self, arguments, folder, environment=None, prefix=()):
        self.command = [*prefix, *arguments]
        self.files = [open(os.path.join(folder, name), "w+", errors="replace") for name in ("out", "err")]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=self.files[0], stderr=self.files[1], start_new_session=True,
            env={**os.environ, **(environment or {})})
        self.pid = self.process.pid

    def runs(self):
        return self.process.poll() is None

    def wait(self, seconds=LONGEST):
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(workers=True)
            self.process.wait()
            code = None
        texts = []
        for file in self.files:
            file.seek(0)
            texts.append(file.read())
            file.close()
        return Ended(code, *texts, time.monotonic() - self.began)

    def workers(self):
        """Process ids of what it has started, and what these have."""
        return descendants(self.pid)

    def signal(self, number, workers=False, coordinator=True):
        for pid in (self.workers() if workers else []) + ([self.pid] if coordinator and self.runs() else []):
            send(pid, number)

    def kill(self, workers=False):
        self.signal(signal.SIGKILL, workers)


def descendants(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return children + [below for child in children for below in descendants(child)]


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
