"""What befalls a search under Slurm. Each begins with two idle nodes, and must leave nothing."""
import signal
import time

import searches
from programs import send
from runs import expect
from scenarios import finish, interrupted, killed_coordinator, lost_worker
from searches import Search, Undisturbed, until, workers


def lost_node(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(200)).begin()
    search.reaches(20)
    slurm.lose_node("n1")
    search.goes_on()
    until(lambda: slurm.running("-w", "n1") == 0, 40, "no job is said to run there")
    slurm.begin_node("n1")
    until(lambda: slurm.running("-w", "n1") > 0, 60, "jobs run there again")
    search.ends()
    search.is_that_of_here()


def jobs_of_many_slots(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.nodes(300)).begin()
    search.reaches(20)
    expect(slurm.running() == 2 and len(workers()) == 4, "two jobs have four workers")
    send(workers()[0], signal.SIGKILL)
    search.goes_on()
    slurm.lose_node("n1")
    search.goes_on()
    until(lambda: slurm.running("-w", "n1") == 0, 40, "no job is said to run there")
    slurm.begin_node("n1")
    until(lambda: len(workers()) == 4, 60, "four workers are there again")
    search.ends()
    search.is_that_of_here()


def drained_node(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(250)).begin()
    search.reaches(20)
    slurm.drain("n1")
    slurm.cancel_jobs("n1")
    until(lambda: slurm.pending() == 2, 30, "what was there waits for another place")
    search.goes_on()
    slurm.undrain("n1")
    until(lambda: slurm.running() == 4, 60, "it is there again")
    search.ends()
    search.is_that_of_here()


def more_jobs_than_gpus(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(100, copies=7)).begin()
    until(lambda: (slurm.running(), slurm.pending()) == (4, 3), 30, "four jobs run and three wait")
    search.ends()
    search.is_that_of_here()


def interrupted_in_the_queue(slurm, folder, undisturbed):
    for node in ("n1", "n2"):
        slurm.drain(node)
    search = Search(undisturbed, folder, slurm.pool(30)).begin()
    until(lambda: slurm.pending() == 4, 30, "four jobs wait")
    search.program.signal(signal.SIGINT)
    search.ends(code=130)
    until(lambda: not slurm.jobs(), 10, "its jobs end")
    for node in ("n1", "n2"):
        slurm.undrain(node)
    search.resume().ends()
    search.is_that_of_here()


def dry_run(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(30)).begin("--dry-run")
    ended = search.ends()
    expect("forecast:" in ended.err, f"it says what the search would take: {ended}")


def load(slurm, folder, undisturbed):
    """A long search on 64 slots, whose workers take 100 ms for each training. Says what it cost."""
    long = Undisturbed(undisturbed.madsearch, folder, searches.LONG.replace("EVALUATIONS", "20000"))
    long.facts()
    search = Search(long, folder, slurm.nodes(100, slots=32)).begin()
    began = time.monotonic()
    search.ends(seconds=searches.LONGEST)
    seconds = time.monotonic() - began
    search.is_that_of_here()
    return searches.cost(search, seconds)


SCENARIOS = (finish, lost_worker, lost_node, jobs_of_many_slots, drained_node, more_jobs_than_gpus,
             killed_coordinator, interrupted, interrupted_in_the_queue, dry_run)
ON_DEMAND = (load,)  # minutes, and all of the processors
