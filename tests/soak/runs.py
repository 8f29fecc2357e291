"""The searches that are disturbed, and what must be true of them afterwards."""
import json
import os
import sqlite3
import threading

from programs import Program

STUB = """seed: {seed}
battery: quick
probe: probe
stages: 4
seeds: [transformer++, mamba-swiglu]
search: {{evaluations: {evaluations}, population: 8, confirm_seeds: 2, confirm_members: 2}}
attempts: 4
pools: [{{devices: {devices}, slots: {slots}, command: "{worker}"}}]
"""
PRETRAIN = """pretrain:
  members: 1
  controls: [transformer++]
  data: [{texts}]
  flops: 1.0e+9
  parameters: 10000
  length: 32
  batch: 4
  learning_rates: [1.0e-3]
"""
REAL = """seed: {seed}
battery: tiny
stages: 2
primitives: [attention, gla, swiglu]
seeds: [transformer++]
feasible_above: 0
search: {{evaluations: 6, population: 4, lag: 2, confirm_seeds: 2, confirm_members: 1}}
pools: [{{devices: cpu, slots: 2}}]
"""
CIRCUMSTANCES = {"core_seconds", "started", "seconds", "slot", "device", "host", "revision"}


class Finding(Exception):
    """A promise that was not kept."""


class Search:
    """One search in folders of its own below `folder`: the disturbed one in `out`."""

    def __init__(self, soak, folder, rng, real=False, worker=None, devices="cpu"):
        self.soak, self.folder, self.rng = soak, folder, rng
        self.out = os.path.join(folder, "run")
        self.config = os.path.join(folder, "search.yaml")
        seed = rng.randint(1, 3)
        stub = f"MADSEARCH_STUB=milliseconds={rng.randint(1, 4)} madsearch stub-worker"
        if real:
            text = REAL.format(seed=seed)
        else:
            pretrain = PRETRAIN.format(texts=soak.texts) if seed == 1 else ""
            slots = rng.randint(2, 3) if devices == "cpu" else 1
            text = STUB.format(seed=seed, evaluations=24, worker="{worker}", devices="{devices}", slots=slots)
            text += pretrain
        with open(self.config, "w") as file:
            file.write(text.replace("{worker}", worker or stub).replace("{devices}", devices))
        plain = text.replace("{worker}", stub).replace("{devices}", "cpu")
        self.undisturbed = soak.undisturbed(("real" if real else "stub", seed), plain)

    def start(self, *arguments, **more):
        return Program([self.soak.madsearch, *arguments], self.folder, **more)

    def begin(self, **more):
        """`run`; of a folder that holds the configuration by now, `run` or `resume`."""
        if os.path.exists(os.path.join(self.out, "config.yaml")) and self.rng.random() < 0.5:
            return self.start("resume", self.out, "--quiet", **more)
        return self.start("run", self.config, "--out", self.out, "--quiet", "--no-forecast", **more)

    def finish(self, **more):
        """Brings the run to its end and holds it to the promises."""
        ended = self.begin(**more).wait()
        expect(ended.code == 0, f"it goes on to its end: {ended}")
        self.hold()

    def hold(self):
        found = facts(self.soak.madsearch, self.out, self.folder)
        for name, wanted in self.undisturbed.items():
            expect(found[name] == wanted, f"{name} is that of the undisturbed run: {difference(found[name], wanted)}")


def expect(kept, promise):
    if not kept:
        raise Finding(promise)


def without_circumstances(value):
    """What was measured, without when, where and how fast."""
    if isinstance(value, list):
        return [without_circumstances(one) for one in value]
    if isinstance(value, dict):
        return {key: without_circumstances(one) for key, one in value.items() if key not in CIRCUMSTANCES}
    return value


def difference(found, wanted):
    """Where two values part, "path: this, not that", the first three places."""
    if type(found) is not type(wanted) or not isinstance(found, (dict, list, tuple)):
        return f"{found}, not {wanted}"
    if isinstance(found, dict):
        pairs = [(key, found.get(key), wanted.get(key)) for key in {**found, **wanted}]
    else:
        longer = max(len(found), len(wanted))
        padded = [list(side) + [None] * (longer - len(side)) for side in (found, wanted)]
        pairs = list(zip(range(longer), *padded))
    return "; ".join([f"{key}: {difference(one, other)}" for key, one, other in pairs if one != other][:3])


def facts(madsearch, out, folder):
    """What two runs of one search have in common, if the store at `out` is whole."""
    checked = Program([madsearch, "check", out], folder).wait()
    expect(checked.code == 0, f"`check` finds no problem: {checked}")
    front = Program([madsearch, "front", out, "--format", "json"], folder).wait()
    expect(front.code == 0, f"`front` prints: {front}")
    with sqlite3.connect(f"file:{out}/search.db?mode=ro", uri=True) as store:
        ask = lambda sql: store.execute(sql).fetchall()
        expect(ask("PRAGMA integrity_check") == [("ok",)], "SQLite finds the store whole")
        twice = ask("SELECT hash, rung, seed_set FROM evaluations GROUP BY 1, 2, 3 HAVING count(*) > 1")
        expect(not twice, f"no evaluation is counted twice: {twice}")
        return {
            "the signature": ask("SELECT value FROM meta WHERE key = 'signature'"),
            "the list of evaluations": ask("SELECT number, hash, rung, seed_set, outcome, score FROM evaluations"
                                           " ORDER BY number"),
            "the number of trainings": ask("SELECT count(*) FROM trainings"),
            "the list of pretrainings": ask("SELECT hash, role, outcome FROM pretrainings ORDER BY hash, role"),
            "the front": without_circumstances(json.loads(front.out)),
        }


class Undisturbed:
    """The facts of each search as it goes when nobody disturbs it, found out once."""

    def __init__(self, madsearch, folder):
        self.madsearch, self.folder = madsearch, folder
        self.known, self.lock = {}, threading.Lock()

    def __call__(self, key, config):
        with self.lock:
            if key not in self.known:
                folder = os.path.join(self.folder, "undisturbed-" + "-".join(map(str, key)))
                os.makedirs(folder, exist_ok=True)
                with open(os.path.join(folder, "search.yaml"), "w") as file:
                    file.write(config)
                out = os.path.join(folder, "run")
                ended = Program([self.madsearch, "run", file.name, "--out", out, "--quiet", "--no-forecast"],
                                folder).wait()
                expect(ended.code == 0, f"an undisturbed run ends well: {ended}")
                self.known[key] = facts(self.madsearch, out, folder)
            return self.known[key]
