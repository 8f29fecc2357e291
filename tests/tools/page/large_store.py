"""Makes a store of N candidates out of a recorded one: large_store.py FROM TO N.

Every candidate has a probe and a battery, as the recorded ones of the battery have them, with ids, scores and sizes of
its own.
"""

import random
import sqlite3
import sys


def rows(store, table, where=""):
    found = store.execute(f"SELECT * FROM {table} {where}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found]


def put(store, table, records):
    names = list(records[0])
    marks = ",".join("?" * len(names))
    store.executemany(f"INSERT INTO {table}({','.join(names)}) VALUES({marks})", [list(it.values()) for it in records])


def main(source, target, count):
    draw = random.Random(1)
    old = sqlite3.connect(source)
    new = sqlite3.connect(target)
    old.backup(new)
    designs = {it["hash"]: it for it in rows(old, "candidates")}
    batteries = [it for it in rows(old, "evaluations", "WHERE rung = 'battery' AND outcome = 'ok' AND finished")]
    number = old.execute("SELECT max(number) FROM evaluations").fetchone()[0] + 1
    candidates, evaluations, trainings = [], [], []
    for i in range(count - len(designs)):
        model = batteries[i % len(batteries)]
        design = designs[model["hash"]]
        made = f"{i:08x}{draw.getrandbits(32):08x}"
        size = 2 ** draw.uniform(-3, 3)
        state = {name: max(1, int(design[name] * size)) for name in ("served_state", "served_state_mad")}
        candidates.append(
            {**design, **state, "hash": made, "origin": "change_knob", "parents": design["hash"], "born": number}
        )
        score = max(0.0, min(1.0, model["score"] * draw.uniform(0.6, 0.99)))
        evaluations.append({**model, "number": number, "hash": made, "score": score})
        trainings.append(
            {"id": f"{made}/battery/0/memorization/0", "evaluation": number, "task": "memorization", "setting": 0}
        )
        number += 1
    kept = rows(old, "trainings", "LIMIT 1")[0]
    put(new, "candidates", candidates)
    put(new, "evaluations", evaluations)
    put(new, "trainings", [{**kept, **it} for it in trainings])
    new.commit()


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
