"""Disturbs searches for some minutes and holds each to the promises of docs/reliability.md; tools/soak calls it."""
import argparse
import collections
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback

from disturbances import Skipped, WEIGHTS
from runs import Finding, Undisturbed

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

ENOUGH = 20  # findings end a soak early


class Soak:
    """Counts what was done to searches, in several threads."""

    def __init__(self, madsearch, folder):
        self.madsearch, self.folder = madsearch, folder
        self.texts = os.path.join(ROOT, "tests/data/speeches")
        self.undisturbed = Undisturbed(madsearch, folder)
        self.counts, self.findings, self.skipped = collections.Counter(), [], {}
        self.lock = threading.Lock()

    def count(self, what, times=1):
        with self.lock:
            self.counts[what] += times

    def disturb(self, seed, number, names):
        """Search number `number`: how it is disturbed follows from both numbers."""
        rng = random.Random(f"{seed}/{number}")
        kinds = {kind: weight for kind, weight in WEIGHTS.items() if not names or kind.__name__ in names}
        kind = rng.choices(list(kinds), list(kinds.values()))[0]
        folder = os.path.join(self.folder, str(number))
        os.mkdir(folder)
        try:
            kind(self, folder, rng)
            self.count("searches")
        except Skipped as reason:
            self.skipped[kind.__name__] = str(reason)
        except Exception as error:
            text = str(error) if isinstance(error, Finding) else traceback.format_exc()
            again = f"tools/soak --seed {seed} --number {number}" + (f" --only {','.join(names)}" if names else "")
            self.findings.append(f"{kind.__name__}, search {number} (again: {again}):\n  "
                                 + text.strip().replace("\n", "\n  ")[:2000])
            print(self.findings[-1], file=sys.stderr, flush=True)
            shutil.copytree(folder, f"{self.folder}-findings/{number}", ignore=shutil.ignore_patterns("disk"),
                            dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)

    def table(self, seconds, seed):
        kills = sum(times for what, times in self.counts.items() if what.startswith("kills"))
        rows = [*sorted(self.counts.items()), ("kills in all", kills), ("findings", len(self.findings))]
        lines = [f"soak of {seconds / 60:.1f} minutes, seed {seed}"] + [f"{what:44} {times:7}" for what, times in rows]
        return "\n".join(lines + [f"skipped {name}: {why}" for name, why in sorted(self.skipped.items())])


def arguments():
    parser = argparse.ArgumentParser(prog="tools/soak", description=__doc__)
    parser.add_argument("minutes", nargs="?", type=float, default=5)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of everything drawn (default: the time)")
    parser.add_argument("--number", type=int, help="only the search of this number")
    parser.add_argument("--only", default="", help=f"of {', '.join(kind.__name__ for kind in WEIGHTS)}")
    parser.add_argument("--lanes", type=int, default=os.cpu_count(), help="searches at once")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    return parser.parse_args()


def main():
    flags = arguments()
    names = [name for name in flags.only.split(",") if name]
    folder = tempfile.mkdtemp(prefix="madsearch-soak-")
    os.chmod(folder, 0o755)
    soak = Soak(os.path.join(os.path.abspath(flags.build), "madsearch"), folder)
    began = time.monotonic()
    numbers = iter([flags.number] if flags.number is not None else range(10**9))

    def lane():
        while time.monotonic() - began < 60 * flags.minutes and len(soak.findings) < ENOUGH:
            with soak.lock:
                number = next(numbers, None)
            if number is None:
                return
            soak.disturb(flags.seed, number, names)

    lanes = [threading.Thread(target=lane) for _ in range(flags.lanes)]
    for thread in lanes:
        thread.start()
    for thread in lanes:
        thread.join()
    shutil.rmtree(folder, ignore_errors=True)
    print(soak.table(time.monotonic() - began, flags.seed))
    if soak.findings:
        print(f"what was left of them is in {folder}-findings")
    return 1 if soak.findings else 0


sys.exit(main())
