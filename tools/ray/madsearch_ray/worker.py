"""A worker's process. An instance is a Ray actor; its methods run beside each other in threads."""
import collections
import os
import queue
import signal
import subprocess
import threading
import time

from . import messages

PING_EVERY = 5  # seconds


class Worker:
    """`variables` are added to the node's environment. `silence`: seconds without a line that end a process."""

    def __init__(self, command, variables, folder, silence):
        self.command, self.variables, self.folder, self.silence = command, variables, folder, silence
        self.process = None
        self.errors = collections.deque(maxlen=20)

    def start(self):
        """(hello, ""), or (None, why): the worker is there, or it can't be."""
        self.end()
        self.errors.clear()
        self.lines = queue.SimpleQueue()  # None: there will be no more
        self.writing = threading.Lock()
        self.heard = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
                cwd=self.folder if os.path.isdir(self.folder) else None, env={**os.environ, **self.variables},
                start_new_session=True)
        except OSError as error:
            return None, f"can't be started: {error}"
        for read in (self._read, self._read_errors):
            threading.Thread(target=read, args=(self.process,), daemon=True).start()
        try:
            line = self._next()
            if line is None:
                return None, self._why_it_ended()
            if line.type == "hello" and not messages.ours(line.fields):
                return line.fields, ""
            why = messages.ours(line.fields) if line.type == "hello" else f"said {line.type} before its hello"
        except messages.NoMessage as problem:
            why = str(problem)
        self.end()
        return None, why

    def ask(self, text):
        """What the worker says of a request: (lines, whether that answers it, why it never will), once or more."""
        if not self._write(text):
            yield [], False, self._why_it_ended()
            return
        attempt = messages.Line(text).attempt
        lines = []
        while True:
            line, problem = self._heard_about(attempt)
            if problem:
                yield lines, False, problem
                return
            lines.append(line.text)
            if line.answers or self.lines.empty():
                yield lines, line.answers, ""
                lines = []
            if line.answers:
                return

    def _heard_about(self, attempt):
        """(line, ""), or (None, why there will be none)."""
        try:
            while (line := self._next()) is not None:
                if line.type == "error" and not line.attempt:
                    raise messages.NoMessage(f"couldn't read its request: {line.fields.get('error')}")
                if line.attempt == attempt:
                    return line, ""
        except messages.NoMessage as problem:
            self.end()
            return None, str(problem)
        return None, self._why_it_ended()

    def watch(self):
        """Pings the process until it ends, and says why it did."""
        process = self.process
        while process.poll() is None:
            if time.monotonic() - self.heard > self.silence:
                self._signal(process, signal.SIGKILL)
                process.wait()
                return f"said nothing for {self.silence:g} s"
            self._write(messages.PING)
            try:
                process.wait(PING_EVERY)
            except subprocess.TimeoutExpired:
                pass
        return self._why_it_ended()

    def end(self):
        """Closes its input; what is left of it gets SIGTERM after a second, SIGKILL two seconds later."""
        process = self.process
        if process is None:
            return
        try:
            process.stdin.close()
        except OSError:
            pass
        for seconds, number in ((1, signal.SIGTERM), (2, signal.SIGKILL)):
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                self._signal(process, number)
        process.wait()
        self._signal(process, signal.SIGKILL)

    @staticmethod
    def _signal(process, number):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass

    def _write(self, text):
        try:
            with self.writing:
                self.process.stdin.write(text.encode() + b"\n")
            return True
        except (OSError, ValueError):  # ValueError: closed
            return False

    def _next(self):
        text = self.lines.get()
        return None if text is None else messages.Line(text)

    def _read(self, process):
        rest = b""
        while got := os.read(process.stdout.fileno(), 1 << 16):
            self.heard = time.monotonic()
            *whole, rest = (rest + got).split(b"\n")
            for text in whole:
                self.lines.put(text.decode(errors="replace"))
            if len(rest) > messages.LONGEST:
                self._signal(process, signal.SIGKILL)
        self.lines.put(None)

    def _read_errors(self, process):
        for line in process.stderr:
            self.errors.append(line.decode(errors="replace").strip())

    def _why_it_ended(self):
        if self.process is None:
            return "was never started"
        status = self.process.wait()
        how = f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
        return how + (f": {self.errors[-1]}" if self.errors and status > 0 else "")
