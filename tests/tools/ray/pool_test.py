"""madsearch_ray as a coordinator sees it, on a fake of Ray (fake/ray): what it says on stdout for lines on stdin."""
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
with open(os.path.join(ROOT, "engine", "dispatch", "messages.h"), encoding="utf-8") as header:
    VERSION = int(re.search(r"kMessagesVersion = (\d+);", header.read())[1])


class Pool:
    """`python -m madsearch_ray` in a cluster with so many places."""

    def __init__(self, places, slots=8, command=None, flags=(), head=True, **variables):
        self.folder = tempfile.mkdtemp()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.write("places", places)
        if head:
            self.write("head", "127.0.0.1:%d" % self.listening.getsockname()[1])
        environment = {**os.environ, "FAKE_RAY": self.folder, "MADSEARCH_FAKE": str(VERSION), **variables,
                       "PYTHONPATH": os.pathsep.join([os.path.join(ROOT, "tools", "ray"), os.path.join(HERE, "fake")])}
        command = command or [sys.executable, os.path.join(HERE, "fake_worker.py")]
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "madsearch_ray", "--slots", str(slots), *flags, "--", *command],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            bufsize=1)
        self.lines = queue.SimpleQueue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w") as file:
            file.write(str(text))
        os.rename(path + ".new", path)

    def ask(self, attempt, name="a"):
        self.tell(type="train", attempt=attempt, id=name)

    def tell(self, **line):
        self.process.stdin.write(json.dumps(line) + "\n")

    def hears(self, true, seconds=60):
        """The first line from here on for which `true` is."""
        end = time.monotonic() + seconds
        while True:
            line = self.lines.get(timeout=max(0.01, end - time.monotonic()))
            if true(line):
                return line

    def has_slots(self, number):
        self.hears(lambda line: line == {"type": "slots", "slots": number})

    def answer(self, attempt, kind="trained"):
        return self.hears(lambda line: line.get("attempt") == attempt and line["type"] == kind)

    def ends(self):
        self.process.stdin.close()
        self.process.stdin = None
        code = self.process.wait(20)
        errors = self.process.stderr.read()
        self.process.stderr.close()
        self.process.stdout.close()
        self.listening.close()
        shutil.rmtree(self.folder)
        return code, errors


class PoolTest(unittest.TestCase):
    def pool(self, *arguments, **more):
        pool = Pool(*arguments, **more)
        self.addCleanup(lambda: pool.process.poll() is None and pool.process.kill())
        return pool

    def test_speaks_the_version_of_the_coordinator(self):
        with open(os.path.join(ROOT, "engine", "dispatch", "messages.h")) as file:
            ours = int(re.search(r"kMessagesVersion = (\d+);", file.read())[1])
        with open(os.path.join(ROOT, "tools", "ray", "madsearch_ray", "messages.py")) as file:
            self.assertEqual(int(re.search(r"VERSION = (\d+) ", file.read())[1]), ours)

    def test_hands_requests_on_and_answers_back(self):
        pool = self.pool(2)
        hello = pool.hears(lambda line: True)
        self.assertEqual(hello, {
            "type": "hello", "version": "madsearch on Ray 0 (fake)", "messages": VERSION, "scoring": 1, "revision": "r",
            "built_for": "", "processor": "", "device": "ray", "host": socket.gethostname(), "slots": 0,
            "memory_bytes": 0, "free_bytes": 0})
        pool.has_slots(2)
        pool.ask(7)
        self.assertEqual(pool.hears(lambda line: True), {"type": "started", "attempt": 7, "host": "node7",
                                                         "device": "cpu", "processor": "avx2"})
        self.assertEqual(pool.hears(lambda line: True)["type"], "memory")
        self.assertEqual(pool.hears(lambda line: True)["outcome"], "ok")
        pool.tell(type="ping")
        self.assertEqual(pool.hears(lambda line: True), {"type": "pong"})
        self.assertEqual(pool.ends(), (0, ""))

    def test_tells_workers_of_a_part_of_a_gpu_how_many_share_it(self):
        for gpus, sharers in (("0.25", "4"), ("1", ""), ("0", "")):
            pool = self.pool(1, flags=("--gpus", gpus))
            pool.has_slots(1)
            pool.ask(1)
            self.assertEqual(pool.answer(1)["sharers"], sharers)
            self.assertEqual(pool.ends(), (0, ""))

    def test_its_slots_are_those_that_the_cluster_has_room_for(self):
        pool = self.pool(0)
        for places in (4, 1, 8):
            pool.write("places", places)
            pool.has_slots(places)
        for attempt in range(1, 9):
            pool.ask(attempt)
        answers = [pool.hears(lambda line: line["type"] == "trained") for _ in range(8)]
        self.assertEqual({answer["attempt"] for answer in answers}, set(range(1, 9)))
        self.assertEqual(len({answer["pid"] for answer in answers}), 8)
        self.assertEqual(pool.ends()[0], 0)

    def test_loses_what_a_node_was_at_and_what_no_worker_is_left_for(self):
        pool = self.pool(2)
        pool.has_slots(2)
        for attempt in (1, 2):
            pool.ask(attempt, "slow")
            pool.answer(attempt, "started")
        pool.write("places", 0)
        whys = {pool.hears(lambda line: line["type"] == "lost")["why"] for _ in (1, 2)}
        self.assertEqual(whys, {"its worker is gone, with its node or its process"})
        pool.has_slots(0)
        pool.ask(3)
        self.assertEqual(pool.answer(3, "lost")["why"], "no worker is left for it")
        self.assertEqual(pool.ends()[0], 0)

    def test_starts_a_worker_in_place_of_one_that_died_or_is_at_fault(self):
        pool = self.pool(1)
        pool.has_slots(1)
        problems = {"crash": "was ended by SIGKILL",
                    "garbage": "said what is no message: 'Segmentation fault, they said'",
                    "unread": "couldn't read its request: what is that?"}
        for attempt, (name, why) in enumerate(problems.items(), 1):
            pool.ask(attempt, name)
            self.assertEqual(pool.answer(attempt, "lost")["why"], "its worker " + why)
            pool.has_slots(1)
        pool.ask(4)
        sound = pool.answer(4)["pid"]
        pool.ask(5, "fails")
        self.assertEqual(pool.answer(5)["outcome"], "failed")
        self.assertEqual(pool.hears(lambda line: True), {"type": "slots", "slots": 0})
        pool.has_slots(1)
        pool.ask(6)
        self.assertNotEqual(pool.answer(6)["pid"], sound)
        self.assertEqual(pool.ends()[0], 0)

    def test_drops_what_is_about_another_attempt(self):
        pool = self.pool(1)
        pool.has_slots(1)
        pool.ask(2, "late")
        self.assertEqual([pool.hears(lambda line: True).get("attempt") for _ in range(3)], [2, 2, 2])
        self.assertEqual(pool.ends()[0], 0)

    def test_cancels_what_waits_and_what_is_computed(self):
        pool = self.pool(1)
        pool.has_slots(1)
        pool.ask(1, "slow")
        pool.answer(1, "started")
        pool.tell(type="cancel", attempt=1)
        self.assertEqual(pool.hears(lambda line: True), {"type": "slots", "slots": 0})
        pool.has_slots(1)
        pool.ask(2)
        pool.answer(2)
        self.assertEqual(pool.ends(), (0, ""))

    def test_a_cancel_hits_no_later_attempt(self):
        pool = self.pool(1)
        pool.has_slots(1)
        for attempt in range(1, 20, 2):
            pool.ask(attempt)
            pool.answer(attempt, "started")
            pool.tell(type="cancel", attempt=attempt)
            pool.ask(attempt + 1)
            last = pool.hears(lambda line: line.get("attempt") == attempt + 1 and line["type"] in ("trained", "lost"))
            if last["type"] == "lost":  # it may have come while the worker was ended
                self.assertEqual(last["why"], "no worker is left for it")
                pool.has_slots(1)
        self.assertEqual(pool.ends(), (0, ""))

    def test_ends_its_workers_in_order_also_when_it_is_asked_by_a_signal(self):
        pool = self.pool(1)
        pool.has_slots(1)
        pool.ask(1)
        worker = pool.answer(1)["pid"]
        pool.process.send_signal(signal.SIGTERM)
        self.assertEqual(pool.process.wait(20), 0)
        self.assertFalse(os.path.exists(f"/proc/{worker}"))
        self.assertEqual(pool.ends(), (0, ""))

    def test_ends_with_a_sentence_where_no_cluster_or_its_head_no_longer_answers(self):
        self.assertEqual(self.pool(0, head=False).ends(), (
            1, "madsearch_ray: no Ray cluster answers at auto: Could not find any running Ray instance.\n"))
        pool = self.pool(1, flags=["--head-seconds", "1"])
        pool.has_slots(1)
        pool.listening.close()
        self.assertEqual(pool.process.wait(20), 1)
        self.assertRegex(pool.ends()[1], r"^madsearch_ray: the head of the Ray cluster at 127.0.0.1:\d+ has not "
                                         r"answered for 1 s\n$")

    def test_says_why_no_worker_starts(self):
        for what, why in (("broken", "worker 1 ended with exit status 1: no GPU is here"),
                          ("9", f"worker 1 speaks version 9 of the worker protocol, and this is for {VERSION}")):
            pool = self.pool(1, slots=1, MADSEARCH_FAKE=what)
            self.assertEqual(pool.process.stderr.readline(), f"madsearch_ray: {why}\n")
            self.assertEqual(pool.ends()[0], 0)

    def refusal(self, *flags, **more):
        code, said = self.pool(1, flags=flags, **more).ends()
        self.assertEqual(code, 2)
        return said.splitlines()[-1].removeprefix("python -m madsearch_ray: error: ")

    def test_refuses_mistakes(self):
        self.assertEqual(self.refusal("--address", "local"), "--address local would begin a cluster; `ray start --head`"
                         " does, and --address auto finds it")
        self.assertEqual(self.refusal("--address", "ray://a:1"), "--address ray://... is for Ray's client; HOST:PORT of"
                         " the head is needed")
        self.assertEqual(self.refusal("--gpus", "-1"), "--slots, --silence and --head-seconds must be above 0, --gpus"
                         " and --cpus not below")
        self.assertEqual(self.refusal(command=["madsearch-wroker"]), "no such program: madsearch-wroker")

    def test_says_that_nobody_is_at_an_address(self):
        self.assertEqual(self.pool(1, flags=["--address", "127.0.0.1:9"]).ends(), (
            1, "madsearch_ray: no Ray cluster answers at 127.0.0.1:9: [Errno 111] Connection refused\n"))


if __name__ == "__main__":
    unittest.main()
