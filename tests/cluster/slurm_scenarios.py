"""What befalls a search under Slurm. Each begins with two idle nodes, and must leave nothing."""
import signal

from programs import send
from runs import expect
from searches import Search, processes, until


def finish(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(30)).begin()
    search.ends()
    search.is_that_of_here()


def lost_worker(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(100)).begin()
    search.reaches(20)
    send(a_worker(), signal.SIGKILL)
    search.goes_on()
    send(a_worker(), signal.SIGKILL)
    search.ends()
    search.is_that_of_here()
    expect("worker" in search.log(), "the log tells of it")


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


def killed_coordinator(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(100)).begin()
    search.reaches(40)
    search.program.kill()
    search.program.wait()
    until(lambda: not slurm.jobs(), 30, "its jobs end")
    search.resume().ends()
    search.is_that_of_here()


def interrupted(slurm, folder, undisturbed):
    search = Search(undisturbed, folder, slurm.pool(100)).begin()
    search.reaches(40)
    search.program.signal(signal.SIGINT)
    search.ends(code=130)
    until(lambda: not slurm.jobs(), 10, "its jobs end")
    search.resume().ends()
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


def a_worker():
    return next(pid for pid, command in processes().items() if "stub-worker" in command and "srun" not in command)


SCENARIOS = (finish, lost_worker, lost_node, drained_node, more_jobs_than_gpus, killed_coordinator, interrupted,
             interrupted_in_the_queue, dry_run)
