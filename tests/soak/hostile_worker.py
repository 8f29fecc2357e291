"""A worker that misbehaves: stands between the coordinator and a stub worker, and spoils answers. A request's answer is
spoilt at most once, so that a coordinator that tries again comes to the results of the undisturbed run.
  hostile_worker.py MODE SEED FOLDER MADSEARCH    FOLDER remembers the requests whose answers were spoilt
Mode `slot`: of the workers that live at one time, one spoils every answer with an error."""
import fcntl
import hashlib
import json
import os
import random
import signal
import subprocess
import sys

MODES = ["error", "garbage", "nan", "range", "huge", "other", "double", "death"]


def first_time(folder, name):
    try:
        os.close(os.open(os.path.join(folder, hashlib.sha1(name.encode()).hexdigest()), os.O_CREAT | os.O_EXCL))
        return True
    except FileExistsError:
        return False


def spoilt(mode, line, message):
    """The lines that are said instead."""
    error = json.dumps({"type": "error", "id": message["id"], "error": "CUDA error: an illegal memory access"}) + "\n"
    if mode == "error":
        return [error]
    if mode == "garbage":
        return ["Segmentation fault \x1b[2J, they said\n"]
    if mode == "nan":
        return [json.dumps({**message, "validation_b": "nan"}) + "\n"]
    if mode == "range":
        return [json.dumps({**message, "validation_b": 1e308}) + "\n"]
    if mode == "huge":
        return [json.dumps({**message, "validation_b": 17.5, "message": "x" * (2 << 20)}) + "\n"]
    if mode == "other":
        return [json.dumps({**message, "id": "nobody/asked/0/this/0"}) + "\n", error]
    return [line, line]  # double


def main():
    mode, seed, folder, madsearch = sys.argv[1:]
    rng = random.Random(f"{seed} {os.getpid()}")
    slot = mode == "slot"
    if slot:
        lock = open(os.path.join(folder, "broken"), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            slot = False
            mode = "none"
    stub = subprocess.Popen([madsearch, "stub-worker"], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "MADSEARCH_STUB": "milliseconds=1"})
    for line in stub.stdout:
        lines = [line]
        message = json.loads(line)
        if message["type"] == "trained" and mode != "none":
            kind = "error" if slot else rng.choice(MODES) if mode == "mixed" else mode
            if slot or rng.random() < 0.05 and first_time(folder, message["id"]):
                if kind == "death":
                    os.kill(os.getpid(), signal.SIGKILL)
                lines = spoilt(kind, line, message)
        for spoken in lines:
            sys.stdout.write(spoken)
        sys.stdout.flush()


main()
