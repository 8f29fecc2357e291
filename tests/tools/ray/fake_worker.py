"""A worker of the protocol that computes nothing. How it behaves is said by the id of a request."""
import json
import os
import signal
import sys
import time


def say(**line):
    print(json.dumps(line), flush=True)


if os.environ.get("MADSEARCH_FAKE") == "broken":
    sys.exit("no GPU is here")
say(type="hello", messages=int(os.environ["MADSEARCH_FAKE"]), scoring=1, revision="r", version="fake",
    host="node7", device="cpu", processor="avx2")
for text in sys.stdin:
    line = json.loads(text)
    if line["type"] == "ping":
        say(type="pong")
        continue
    attempt, name = line["attempt"], line["id"]
    say(type="started", attempt=attempt)
    if name == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "garbage":
        print("Segmentation fault, they said", flush=True)
    if name == "unread":
        say(type="error", error="what is that?")
    if name == "slow":
        time.sleep(60)
    if name == "late":
        say(type="trained", attempt=attempt - 1, id="former", outcome="ok")
    say(type="memory", attempt=attempt, resident_bytes=1, peak_bytes=2)
    outcome = "failed" if name == "fails" else "ok"
    say(type="trained", attempt=attempt, id=name, outcome=outcome, pid=os.getpid(),
        sharers=os.environ.get("MADSEARCH_SHARERS", ""))
