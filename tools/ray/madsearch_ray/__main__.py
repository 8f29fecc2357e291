"""Computes for a madsearch search on a Ray cluster that is there: the command of a pool (docs/cluster.md)."""
import argparse
import asyncio
import os
import shutil
import signal
import sys
import threading

def arguments():
    parser = argparse.ArgumentParser(prog="python -m madsearch_ray", description=__doc__)
    parser.add_argument("--address", default="auto", help="of the cluster's head, HOST:PORT; auto: the one of here")
    parser.add_argument("--slots", type=int, required=True, help="workers at most; as many as there is room for")
    parser.add_argument("--gpus", type=float, default=0, help="of each worker; 0.25: four share one (default: none)")
    parser.add_argument("--cpus", type=float, default=1, help="of each worker (default: 1)")
    parser.add_argument("--silence", type=float, default=120, help="seconds without a sign of a worker that end it")
    parser.add_argument("--head-seconds", type=float, default=15,
                        help="without an answer of the cluster's head that end all of it (default: 15)")
    parser.add_argument("command", nargs="+", help="after `--`: what computes, as madsearch-worker")
    flags = parser.parse_args()
    if min(flags.slots, flags.silence, flags.head_seconds) <= 0 or min(flags.gpus, flags.cpus) < 0:
        parser.error("--slots, --silence and --head-seconds must be above 0, --gpus and --cpus not below")
    if flags.address.startswith("ray://"):
        parser.error("--address ray://... is for Ray's client; HOST:PORT of the head is needed")
    if flags.address == "local":
        parser.error("--address local would begin a cluster; `ray start --head` does, and --address auto finds it")
    found = shutil.which(flags.command[0])
    if found is None:
        parser.error(f"no such program: {flags.command[0]}")
    flags.command[0] = os.path.abspath(found)
    return flags


class Output:
    """Lines to the coordinator. Whatever else is printed here goes to stderr."""

    def __init__(self):
        self.file = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(2, 1)

    def say(self, line):
        try:
            self.file.write(line + "\n")
        except OSError:  # nobody reads; the input ends too
            pass


def remark(text):
    print(f"madsearch_ray: {text}", file=sys.stderr, flush=True)


def read(loop, hear, end):
    for line in sys.stdin:
        loop.call_soon_threadsafe(hear, line.rstrip("\n"))
    loop.call_soon_threadsafe(end)


async def lost_head(cluster, seconds):
    """Returns once the head hasn't answered for so long."""
    unanswered = 0
    while unanswered < seconds:
        await asyncio.sleep(1)
        unanswered = 0 if await cluster.answers() else unanswered + 1


async def serve(flags, cluster, output):
    """The exit status."""
    from .pool import Pool

    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    end = lambda: ended.done() or ended.set_result(None)
    pool = Pool(cluster, flags.slots, output.say, remark)
    loop.add_signal_handler(signal.SIGTERM, end)
    threading.Thread(target=read, args=(loop, pool.hear, end), daemon=True).start()
    working = asyncio.ensure_future(pool.run())
    headless = asyncio.ensure_future(lost_head(cluster, flags.head_seconds))
    await asyncio.wait([ended, working, headless], return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()  # throws
    if headless.done():
        remark(f"the head of the Ray cluster at {cluster.head} has not answered for {flags.head_seconds:g} s")
    working.cancel()
    await pool.end(headless.done())
    return 1 if headless.done() else 0


def main():
    flags = arguments()
    output = Output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to answer; it closes our input
    try:
        from .cluster import Cluster

        cluster = Cluster(flags.address, flags.cpus, flags.gpus, flags.command, flags.silence)
    except ImportError:
        remark("Ray is missing: `tools/quickstart --ray` installs it, for `.venv/bin/python -m madsearch_ray`")
        return 2
    except (OSError, RuntimeError, ValueError) as error:
        remark(f"no Ray cluster answers at {flags.address}: {str(error).strip().splitlines()[0]}")
        return 1
    code = asyncio.run(serve(flags, cluster, output))
    if code == 0:
        cluster.leave()
    sys.stderr.flush()
    os._exit(code)  # Ray would wait for a head that is gone


sys.exit(main())
