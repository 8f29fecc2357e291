"""A pool of the worker protocol (docs/architecture.md) on a Ray cluster: one driver, an actor for each slot.

    __main__.py   the command: what it is told, its pipes, its end
    pool.py       which worker computes what, and which of them are there
    cluster.py    all that is asked of Ray
    worker.py     a worker's process, on a node
    messages.py   the lines of the protocol, as far as they are looked into
"""
