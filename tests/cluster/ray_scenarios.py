"""What befalls a search on Ray. Each begins with two nodes, and must leave nothing of itself."""
import signal

from programs import send
from runs import expect
from searches import Search, processes, until


def finish(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(30)).begin()
    search.ends()
    search.is_that_of_here()


def lost_worker(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(100)).begin()
    search.reaches(20)
    send(workers()[0], signal.SIGKILL)
    search.goes_on()
    send(workers()[0], signal.SIGKILL)
    search.ends()
    search.is_that_of_here()


def lost_and_joining_node(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(200)).begin()
    search.reaches(20)
    until(lambda: len(workers()) == 4, 30, "both nodes compute")
    ray.lose_node("n2")
    search.goes_on()
    expect(len(workers()) == 2, "the other node goes on")
    ray.begin_node("n2")
    until(lambda: len(workers()) == 4, 30, "both nodes compute again")
    search.ends()
    search.is_that_of_here()


def lost_head(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(150)).begin()
    search.reaches(20)
    ray.lose_node("head")
    ended = search.ends(code=1)
    expect("madsearch resume" in ended.err, f"it says how to go on: {ended}")
    ray.lose_node("n2")
    ray.whole()
    search.resume().ends()
    search.is_that_of_here()


def killed_coordinator(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(100)).begin()
    search.reaches(40)
    search.program.kill()
    search.program.wait()
    until(lambda: not workers() and not ray.jobs(), 15, "its workers end")
    search.resume().ends()
    search.is_that_of_here()


def interrupted(ray, folder, undisturbed):
    search = Search(undisturbed, folder, ray.pool(100)).begin()
    search.reaches(40)
    search.program.signal(signal.SIGINT)
    search.ends(code=130)
    until(lambda: not workers() and not ray.jobs(), 5, "its workers end")
    search.resume().ends()
    search.is_that_of_here()


def no_cluster(ray, folder, undisturbed):
    for node in ("n2", "head"):
        ray.lose_node(node)
    search = Search(undisturbed, folder, ray.pool(30)).begin()
    search.ends(code=1)
    ray.whole()
    search.resume().ends()
    search.is_that_of_here()


def workers():
    return [pid for pid, command in processes().items()
            if command.endswith("madsearch stub-worker") and "madsearch_ray" not in command]


SCENARIOS = (finish, lost_worker, lost_and_joining_node, lost_head, no_cluster, killed_coordinator, interrupted)
