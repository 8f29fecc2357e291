"""The search that is run on a cluster, and what must be true afterwards."""
import os
import re
import sqlite3
import time

from programs import Program
from runs import difference, expect, facts

CONFIG = """seed: 1
battery: quick
probe: probe
stages: 4
seeds: [transformer++, mamba-swiglu, gla]
search: {evaluations: 60, population: 8, lag: 8, confirm_seeds: 2, confirm_members: 2}
"""
LONG = """battery: quick
stages: 4
seeds: [transformer++, gla]
search: {evaluations: EVALUATIONS, lag: 64}
"""
HERE = "pools: [{devices: cpu, slots: 2, command: MADSEARCH_STUB=milliseconds=0 madsearch stub-worker}]\n"
LONGEST = 1800  # seconds
OURS = {"madsearch", "madsearch-worker", "madsearch-node", "madsearch_ray", "srun", "slurmstepd:"}  # words of commands


class Undisturbed:
    """What the search comes to without a cluster, found out once."""

    def __init__(self, madsearch, folder, config=CONFIG):
        self.madsearch, self.folder, self.config, self.known = madsearch, folder, config, None

    def facts(self):
        if self.known is None:
            os.mkdir(os.path.join(self.folder, "here"))
            config = os.path.join(self.folder, "here", "search.yaml")  # its name is one of the facts
            out = os.path.join(self.folder, "here", "run")
            write(config, self.config + HERE)
            command = [self.madsearch, "run", config, "--out", out, "--quiet", "--no-forecast"]
            ended = Program(command, self.folder).wait(LONGEST)
            expect(ended.code == 0, f"a search without a cluster ends well: {ended}")
            self.known = facts(self.madsearch, out, self.folder)
        return self.known


class Search:
    """The search on a cluster's pool, in `folder`."""

    def __init__(self, undisturbed, folder, pool):
        self.undisturbed, self.folder = undisturbed, folder
        self.madsearch = undisturbed.madsearch
        self.out = os.path.join(folder, "run")
        self.config = os.path.join(folder, "search.yaml")
        write(self.config, undisturbed.config + pool)
        self.program = None

    def begin(self, how="--no-forecast"):
        self.program = Program([self.madsearch, "run", self.config, "--out", self.out, how], self.folder)
        return self

    def resume(self):
        self.program = Program([self.madsearch, "resume", self.out], self.folder)
        return self

    def trainings(self):
        try:
            with sqlite3.connect(f"file:{self.out}/search.db?mode=ro", uri=True) as store:
                return store.execute("SELECT count(*) FROM trainings").fetchone()[0]
        except sqlite3.OperationalError:  # not made yet
            return 0

    def reaches(self, trainings, seconds=60):
        """Waits for results; of a disturbance, for those that come after it."""
        until(lambda: self.trainings() >= trainings or not self.program.runs(), seconds, f"{trainings} trainings")
        expect(self.program.runs(), f"the search still runs after {trainings} trainings")

    def goes_on(self, more=20, seconds=60):
        self.reaches(self.trainings() + more, seconds)

    def ends(self, code=0, seconds=150):
        ended = self.program.wait(seconds)
        expect(ended.code == code, f"it ends with {code}: {ended}\n{self.log()[-1500:]}")
        return ended

    def is_that_of_here(self):
        found = facts(self.madsearch, self.out, self.folder)
        for name, wanted in self.undisturbed.facts().items():
            expect(found[name] == wanted,
                   f"{name} is that of a search without a cluster: {difference(found[name], wanted)}")

    def log(self):
        try:
            with open(os.path.join(self.out, "run.log")) as file:
                return file.read()
        except FileNotFoundError:
            return ""


def cost(search, seconds):
    """What a long search says of itself at its end."""
    said = r"(\d+) evaluations, (\d+) trainings: madsearch itself took ([\d.]+) s of processors, holds (\d+)"
    last = re.findall(said, search.log())[-1]
    evaluations, trainings, processors, memory = map(float, last)
    return (f"{evaluations:.0f} evaluations, {trainings:.0f} trainings in {seconds:.0f} s; madsearch itself:"
            f" {1000 * processors / trainings:.2f} ms of processors a training, {memory:.0f} MiB")


def resources(pid):
    """Seconds of processors that a process took, and MiB that it holds."""
    with open(f"/proc/{pid}/stat") as file:
        user, system = file.read().rpartition(")")[2].split()[11:13]
    with open(f"/proc/{pid}/statm") as file:
        pages = int(file.read().split()[1])
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def write(name, text):
    with open(name, "w") as file:
        file.write(text)


def until(true, seconds, what):
    end = time.monotonic() + seconds
    while not true():
        expect(time.monotonic() < end, f"{what} within {seconds} s")
        time.sleep(0.1)


def processes():
    """Of every process its id and command."""
    out = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                out[int(pid)] = file.read().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            pass
    return out


def environment(pid):
    """With which a process began."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            pairs = file.read().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def workers():
    return [pid for pid, command in processes().items()
            if command.endswith(" stub-worker") and os.path.basename(command.split()[0]) == "madsearch"]


def left(cluster, seconds=30):
    """What programs and jobs are left once a search is over, after at most so many seconds."""
    end = time.monotonic() + seconds
    while True:
        mine = {os.getpid(), os.getppid()}
        found = [f"process {pid}: {command[:100]}" for pid, command in processes().items()
                 if pid not in mine and OURS & set(map(os.path.basename, command.split()))]
        found += cluster.jobs()
        if not found or time.monotonic() > end:
            return "; ".join(found)
        time.sleep(0.2)
