"""A worker that misbehaves: stands between the coordinator and a stub worker, and spoils answers. A request's answer is
spoilt at most once, so that a coordinator that tries again comes to the results of the undisturbed run.
  hostile_worker.py MODE SEED FOLDER MADSEARCH    FOLDER remembers the requests whose answers were spoilt
Mode `device`: of two devices the second answers every request with an error."""
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
    error = json.dumps({"type": "error", "attempt": message["attempt"], "id": message["id"],
                        "error": "CUDA error: an illegal memory access"}) + "\n"
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
    broken = mode == "device" and os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    sound = mode == "device" and not broken
    stub = subprocess.Popen([madsearch, "stub-worker"], stdout=subprocess.PIPE, text=True,
                            env={**os.environ, "MADSEARCH_STUB": "milliseconds=1"})
    for line in stub.stdout:
        lines = [line]
        message = json.loads(line)
        if message["type"] == "trained" and not sound or message["type"] == "pretrained" and broken:
            kind = "error" if broken else rng.choice(MODES) if mode == "mixed" else mode
            if broken or rng.random() < 0.05 and first_time(folder, message["id"]):
                if kind == "death":
                    os.kill(os.getpid(), signal.SIGKILL)
                lines = spoilt(kind, line, message)
        for spoken in lines:
            sys.stdout.write(spoken)
        sys.stdout.flush()


main()
