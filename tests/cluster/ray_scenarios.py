"""What befalls a search on Ray. Each begins with two nodes, and must leave nothing of itself."""
import time

import searches
from runs import expect
from scenarios import finish, interrupted, killed_coordinator, lost_worker
from searches import Search, Undisturbed, processes, until, workers


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
    sentence = "madsearch_ray: the head of the Ray cluster at 127.0.0.1:6399 has not answered for 15 s\n"
    expect(sentence in ended.err and "madsearch resume" in ended.err, f"it says so, and how to go on: {ended}")
    ray.lose_node("n2")
    ray.whole()
    search.resume().ends()
    search.is_that_of_here()


def no_cluster(ray, folder, undisturbed):
    for node in ("n2", "head"):
        ray.lose_node(node)
    search = Search(undisturbed, folder, ray.pool(30)).begin()
    search.ends(code=2)  # nothing has ever worked
    ray.whole()
    search.resume().ends()
    search.is_that_of_here()


def load(ray, folder, undisturbed):
    """A longer search on 16 slots, whose workers take 100 ms for each training. Says what it cost."""
    long = Undisturbed(undisturbed.madsearch, folder, searches.LONG.replace("EVALUATIONS", "1000"))
    long.facts()
    search = Search(long, folder, ray.pool(100, slots=16, gpus=1 / 4)).begin()
    began = time.monotonic()
    until(lambda: len(workers()) == 16, searches.LONGEST, "all workers are there")
    search.reaches(6000, searches.LONGEST)
    driver = next(pid for pid, command in processes().items() if command.startswith(f"{ray.python()} -m madsearch_ray"))
    trainings = search.trainings()
    seconds, memory = searches.resources(driver)
    actors = [searches.resources(pid)[1] for pid, command in processes().items() if command.startswith("ray::Worker")]
    search.ends(seconds=searches.LONGEST)
    ended = time.monotonic() - began
    search.is_that_of_here()
    return (f"{searches.cost(search, ended)}; the driver: {1000 * seconds / trainings:.2f} ms of processors a training,"
            f" {memory:.0f} MiB; an actor: {sum(actors) / len(actors):.0f} MiB")


SCENARIOS = (finish, lost_worker, lost_and_joining_node, lost_head, no_cluster, killed_coordinator, interrupted)
ON_DEMAND = (load,)  # minutes, and all of the processors
