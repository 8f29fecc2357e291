"""What befalls a search on a cluster of whatever kind. `cluster` has pool(milliseconds) and jobs()."""
import signal

from programs import send
from searches import Search, until, workers


def finish(cluster, folder, undisturbed):
    search = Search(undisturbed, folder, cluster.pool(30)).begin()
    search.ends()
    search.is_that_of_here()


def lost_worker(cluster, folder, undisturbed):
    search = Search(undisturbed, folder, cluster.pool(100)).begin()
    search.reaches(20)
    send(workers()[0], signal.SIGKILL)
    search.goes_on()
    send(workers()[0], signal.SIGKILL)
    search.ends()
    search.is_that_of_here()


def killed_coordinator(cluster, folder, undisturbed):
    search = Search(undisturbed, folder, cluster.pool(100)).begin()
    search.reaches(40)
    search.program.kill()
    search.program.wait()
    goes_on_once_all_has_ended(cluster, search, 30)


def interrupted(cluster, folder, undisturbed):
    search = Search(undisturbed, folder, cluster.pool(100)).begin()
    search.reaches(40)
    search.program.signal(signal.SIGINT)
    search.ends(code=130)
    goes_on_once_all_has_ended(cluster, search, 10)


def goes_on_once_all_has_ended(cluster, search, seconds):
    until(lambda: not workers() and not cluster.jobs(), seconds, "its workers and jobs end")
    search.resume().ends()
    search.is_that_of_here()
