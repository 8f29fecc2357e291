"""What happens to a search overnight. Each disturbance is a function of a soak, a folder and a random generator. It
raises Finding where a promise is not kept, Skipped where this machine lacks what it needs."""
import os
import shutil
import signal
import sqlite3
import subprocess
import time

from programs import send
from runs import Search, expect

HERE = os.path.dirname(os.path.abspath(__file__))
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"


class Skipped(Exception):
    pass


def pause(rng, longest):
    time.sleep(rng.random() * longest)


def kills(soak, folder, rng, real=False):
    """SIGKILL of the coordinator, its workers or both, at any moment or within the first 50 ms."""
    search = Search(soak, folder, rng, real)
    for _ in range(rng.randint(3, 12)):
        program = search.begin()
        kind = rng.choice(["coordinator", "coordinator at its start", "workers", "both"])
        pause(rng, 0.05 if kind.endswith("start") else 8 if real else 0.5)
        if not program.runs():
            ended = program.wait()
            expect(ended.code == 0, f"what was not killed ends well: {ended}")
            break
        if kind == "workers":
            workers = program.workers()
            victims = rng.sample(workers, min(len(workers), rng.randint(1, 2)))
            for pid in victims:
                send(pid, signal.SIGKILL)
            soak.count("kills of workers", len(victims))
            pause(rng, 0.3)
        both = kind == "both"
        soak.count("kills of " + {"both": "coordinator and workers", "workers": "coordinator"}.get(kind, kind))
        program.kill(workers=both)
        ended = program.wait()
        expect(ended.code in (0, -signal.SIGKILL), f"it was killed or at its end: {ended}")
    search.finish()


def real_kills(soak, folder, rng):
    """The same over trainings that compute."""
    if not os.path.exists(os.path.join(os.path.dirname(soak.madsearch), "madsearch-worker")):
        raise Skipped("madsearch-worker is not built")
    kills(soak, folder, rng, real=True)


def worker_kills(soak, folder, rng):
    """SIGKILL of workers alone: the run goes on by itself."""
    search = Search(soak, folder, rng)
    program = search.begin()
    for _ in range(rng.randint(1, 4)):
        pause(rng, 0.4)
        workers = program.workers()
        if not workers:
            break
        send(rng.choice(workers), signal.SIGKILL)
        soak.count("kills of workers")
    ended = program.wait()
    expect(ended.code == 0, f"a run survives its workers: {ended}")
    search.hold()


def requests(soak, folder, rng):
    """SIGINT, SIGTERM or SIGHUP: an orderly end."""
    search = Search(soak, folder, rng)
    for _ in range(rng.randint(1, 3)):
        program = search.begin()
        time.sleep(0.1)
        pause(rng, 0.5)
        program.signal(rng.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
        soak.count("requests to end")
        ended = program.wait(20)
        early = ended.code in (-signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP)  # before it listens
        expect(ended.code in (0, 130) or early, f"a run that is asked to end does: {ended}")
    search.finish()


def hostile_workers(soak, folder, rng):
    """Workers that answer with errors, garbage, NaN, lines without end or not at all, each request once."""
    mode = rng.choice(["error", "garbage", "nan", "range", "huge", "other", "double", "death", "mixed"])
    memory = os.path.join(folder, "told")
    os.mkdir(memory)
    worker = f"python3 {HERE}/hostile_worker.py {mode} {rng.randint(1, 10**6)} {memory} {soak.madsearch}"
    search = Search(soak, folder, rng, worker=worker)
    ended = search.begin().wait()
    soak.count(f"answers of hostile workers ({mode})", len(os.listdir(memory)))
    expect(ended.code == 0, f"hostile answers ({mode}) don't end a run: {ended}")
    search.hold()


def broken_device(soak, folder, rng):
    """One device of two that answers every training with an error."""
    worker = f"python3 {HERE}/hostile_worker.py device 0 {folder} {soak.madsearch}"
    search = Search(soak, folder, rng, worker=worker, devices="[cuda:0, cuda:1]")
    ended = search.begin().wait()
    soak.count("runs with a broken device")
    expect(ended.code == 0, f"a broken device doesn't end a run: {ended}")
    search.hold()


def full_disk(soak, folder, rng):
    """A disk of some hundred kilobytes, which is enlarged afterwards."""
    disk = os.path.join(folder, "disk")
    os.mkdir(disk)
    size = rng.randint(100, 700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "soak", disk]
    if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
        raise Skipped("no right to mount a small disk")
    try:
        search = Search(soak, folder, rng)
        search.out = os.path.join(disk, "run")
        ended = search.begin().wait()
        soak.count("full disks", int(ended.code != 0))
        expect(ended.code in (0, 1, 2), f"a full disk is a sentence: {ended}")
        expect(ended.code == 0 or len(ended.err.strip().splitlines()) == 1, f"a full disk is one sentence: {ended}")
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        search.finish()
    finally:
        subprocess.run(["umount", "-l", disk])


def clock_jumps(soak, folder, rng):
    """A wall clock that jumps by up to a day while the run goes on."""
    if not os.path.exists(FAKETIME):
        raise Skipped("faketime is not installed")
    search = Search(soak, folder, rng)
    clock = os.path.join(folder, "clock")

    def set_clock(seconds):
        with open(clock + ".new", "w") as file:
            file.write(f"{seconds:+d}s\n")
        os.rename(clock + ".new", clock)

    set_clock(0)
    faked = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
             "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    began = time.monotonic()
    for _ in range(rng.randint(1, 3)):
        program = search.begin(environment=faked)
        for _ in range(rng.randint(1, 4)):
            pause(rng, 0.3)
            set_clock(rng.choice([-1, 1]) * rng.choice([1, 60, 3600, 86400]))
            soak.count("jumps of the clock")
        if rng.random() < 0.5:
            program.kill()
            soak.count("kills of coordinator")
        ended = program.wait()
        expect(ended.code in (0, -signal.SIGKILL), f"the clock ends no run: {ended}")
    search.finish(environment=faked)
    with sqlite3.connect(f"file:{search.out}/search.db?mode=ro", uri=True) as store:
        row = store.execute("SELECT value FROM meta WHERE key = 'spent_seconds'").fetchone()
    spent = float(row[0]) if row else 0  # killed each time before the clock was written
    expect(0 <= spent <= time.monotonic() - began, f"the time a run took is a time it can have taken: {spent} s")


def suspensions(soak, folder, rng):
    """SIGSTOP and SIGCONT of everything, of the workers, or of the coordinator."""
    search = Search(soak, folder, rng)
    program = search.begin()
    for _ in range(rng.randint(1, 3)):
        pause(rng, 0.4)
        kind = rng.choice(["all", "workers", "coordinator"])
        stopped = (program.workers() if kind != "coordinator" else []) + ([program.pid] if kind != "workers" else [])
        if not program.runs():
            break
        for pid in stopped:
            send(pid, signal.SIGSTOP)
        soak.count(f"suspensions of {kind}")
        pause(rng, 2)
        for pid in stopped:
            send(pid, signal.SIGCONT)
    ended = program.wait()
    expect(ended.code == 0, f"a suspended run goes on: {ended}")
    search.hold()


def two_coordinators(soak, folder, rng):
    """Two that are started on one folder at the same moment: one works, the other says so."""
    search = Search(soak, folder, rng)
    both = []
    for name in ("first", "second"):
        os.mkdir(os.path.join(folder, name))
        search.folder = os.path.join(folder, name)
        both.append(search.start("run", search.config, "--out", search.out, "--quiet", "--no-forecast"))
        pause(rng, 0.05)
    ended = [program.wait() for program in both]
    search.folder = folder
    soak.count("pairs of coordinators")
    expect(sum(one.code == 0 for one in ended) >= 1, f"one of two works: {ended[0]}\n{ended[1]}")
    for one in ended:
        expect(one.code == 0 or one.code in (1, 2) and len(one.err.strip().splitlines()) == 1,
               f"the other says why it can't: {one}")
    search.hold()


def copies(soak, folder, rng):
    """`madsearch backup` of a store that is being written."""
    search = Search(soak, folder, rng)
    program = search.begin()
    backup = os.path.join(folder, "backup")
    os.mkdir(backup)
    while program.runs() and not os.path.exists(os.path.join(search.out, "search.db")):
        time.sleep(0.01)
    for number in range(rng.randint(1, 3)):
        pause(rng, 0.3)
        copy = os.path.join(backup, f"{number}.db")
        search.folder = backup
        ended = search.start("backup", search.out, copy).wait()
        search.folder = folder
        if ended.code == 2 and "holds no results yet" in ended.err:
            continue
        soak.count("backups of a live store")
        expect(ended.code == 0, f"a live store is copied: {ended}")
        with sqlite3.connect(f"file:{copy}?mode=ro", uri=True) as store:
            expect(store.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "a copy is whole")
    ended = program.wait()
    expect(ended.code == 0, f"copying ends no run: {ended}")
    search.hold()


def read_only(soak, folder, rng):
    """Another user, who may read the folder but not write it."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skipped("no right to become another user")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if subprocess.run([*nobody, soak.madsearch, "--version"], capture_output=True).returncode:
        raise Skipped("another user may not read this build")
    search = Search(soak, folder, rng)
    program = search.begin()
    if rng.random() < 0.5:
        pause(rng, 0.6)
        program.kill()
        soak.count("kills of coordinator")
    program.wait()
    if not os.path.exists(os.path.join(search.out, "search.db")):
        return search.finish()
    os.chmod(folder, 0o755)
    for part, folders, files in os.walk(search.out):
        os.chmod(part, 0o555)
        for name in files:
            os.chmod(os.path.join(part, name), 0o444)
    before = contents(search.out)
    for arguments in (["front", search.out], ["check", search.out], ["resume", search.out, "--quiet"],
                      ["run", search.config, "--out", search.out, "--quiet", "--no-forecast"]):
        ended = search.start(*arguments, prefix=nobody).wait()
        soak.count("commands of another user")
        reads = arguments[0] in ("front", "check")
        expect(ended.code in ((0, 1, 2) if reads else (1, 2)), f"another user's `{arguments[0]}` ends: {ended}")
        expect(ended.code == 0 or len((ended.out + ended.err).strip().splitlines()) >= 1,
               f"another user's `{arguments[0]}` says why it can't: {ended}")
        expect(contents(search.out) == before, f"another user's `{arguments[0]}` changes nothing")
    for part, folders, files in os.walk(search.out):
        os.chmod(part, 0o755)
        for name in files:
            os.chmod(os.path.join(part, name), 0o644)
    search.finish()


def contents(folder):
    out = {}
    for part, _, files in os.walk(folder):
        for name in files:
            if name.endswith("-shm"):  # SQLite's table of readers
                continue
            with open(os.path.join(part, name), "rb") as file:
                out[os.path.join(part, name)] = hash(file.read())
    return out


# How often each is drawn, relative to the others.
WEIGHTS = {kills: 12, real_kills: 1, worker_kills: 3, requests: 2, hostile_workers: 4, broken_device: 1, full_disk: 2,
           clock_jumps: 2, suspensions: 2, two_coordinators: 2, copies: 1, read_only: 1}
