"""Which worker computes what. Everything happens in one thread."""
import asyncio
import collections

from . import messages
from .cluster import Gone

LONGEST_PAUSE = 120  # seconds
PATIENCE = 4  # seconds until workers that were asked to end are left to Ray


class Pool:
    """So many workers at most. `say` gets each line that is told to the coordinator, `remark` each for people."""

    def __init__(self, cluster, slots, say, remark):
        self.cluster, self.say, self.remark = cluster, say, remark
        self.hello = None  # of the first worker; the others must be like it
        self.waiting = {}  # by attempt: requests that no worker has taken
        self.idle = collections.deque()  # slots
        self.present = 0  # slots that have a worker
        self.busy = {}  # by attempt: slots
        self.told = set()  # what was remarked since a worker came
        self.slots = [Slot(self, number + 1) for number in range(slots)]

    async def run(self):
        """Until it is cancelled."""
        await asyncio.gather(*(slot.run() for slot in self.slots))

    def hear(self, text):
        """A line of the coordinator."""
        try:
            line = messages.Line(text)
        except messages.NoMessage as problem:
            return self.remark(f"the coordinator {problem}")
        if line.type == "ping":
            self.say(messages.PONG)
        elif line.type == "cancel":
            self.cancel(line.attempt)
        else:
            self.waiting[line.attempt] = text
            self.hand_out()
            self.give_back_excess()

    def cancel(self, attempt):
        self.waiting.pop(attempt, None)
        if attempt in self.busy:
            self.busy[attempt].cancel()

    def hand_out(self):
        while self.waiting and self.idle:
            attempt = next(iter(self.waiting))
            slot = self.idle.popleft()
            self.busy[attempt] = slot
            slot.given.set_result((attempt, self.waiting.pop(attempt)))

    def give_back_excess(self):
        """The coordinator finds another place for what no worker will take soon."""
        while self.waiting and len(self.waiting) + len(self.busy) > self.present:
            attempt, _ = self.waiting.popitem()
            self.say(messages.lost(attempt, "no worker is left for it"))

    def comes(self, hello):
        if self.hello is None:
            self.hello = hello
            self.say(messages.hello_of_pool(hello, self.cluster.version, self.cluster.host))
        self.told.clear()
        self.present += 1
        self.say(messages.slots(self.present))

    def goes(self):
        self.present -= 1
        self.say(messages.slots(self.present))
        self.give_back_excess()

    def complain(self, number, why):
        """Not again what all of them have to say."""
        if why not in self.told:
            self.remark(f"worker {number} {why}")
        self.told.add(why)

    async def end(self, headless):
        """All workers at once. Actors of a cluster without a head are left to it, as that would be asked."""
        workers = [slot.worker for slot in self.slots if slot.there]
        if workers:
            await asyncio.wait([asyncio.ensure_future(quietly(worker.end())) for worker in workers], timeout=PATIENCE)
        for slot in self.slots:
            if slot.worker is not None and not headless:
                slot.worker.kill()


class Slot:
    """A place for a worker, which may be there or not."""

    def __init__(self, pool, number):
        self.pool, self.number = pool, number
        self.worker = None  # an actor, whether it has its place on the cluster or still waits
        self.there = False
        self.given = None  # the next request, once there is one
        self.cancelled = False
        self.losses = 0  # since its last answer

    async def run(self):
        while True:
            self.worker = self.worker or self.pool.cluster.worker(self.number)
            try:
                why = await self.life()
            except Gone as gone:
                self.worker, why = None, str(gone)
            if why:
                self.losses += 1
                self.pool.complain(self.number, why)
            await asyncio.sleep(min(LONGEST_PAUSE, 2 ** min(self.losses, 10) - 1) / 2)

    async def life(self):
        """Of a worker's process, from its start. Why it is over; "" if that was as it should be."""
        hello, why = await self.worker.start()
        if why:
            return why
        if self.pool.hello is not None and not messages.same(hello, self.pool.hello):
            await self.worker.end()
            return "scores otherwise than the first one"
        watched = asyncio.ensure_future(self.worker.watch())
        self.there = True
        self.pool.comes(hello)
        try:
            return await self.serve(hello, watched)
        finally:
            watched.cancel()
            self.there = False
            self.pool.goes()

    async def serve(self, hello, watched):
        while True:
            self.given = asyncio.get_running_loop().create_future()
            self.pool.idle.append(self)
            self.pool.hand_out()
            await asyncio.wait([self.given, watched], return_when=asyncio.FIRST_COMPLETED)
            if not self.given.done():
                self.pool.idle.remove(self)
                return watched.result()
            attempt, text = self.given.result()
            try:
                why, fresh = await self.compute(attempt, text, hello)
            finally:
                del self.pool.busy[attempt]
            if why or fresh:
                return why

    async def compute(self, attempt, text, hello):
        """Why the worker is lost, and whether another has to take its place."""
        self.cancelled = False
        why = "said nothing of its request"
        try:
            async for lines, answered, why in self.worker.ask(text):
                for said in map(messages.Line, lines):
                    self.pool.say(messages.started(said, hello) if said.type == "started" else said.text)
                if answered:
                    self.losses = 0
                    if said.failed:
                        await self.worker.end()
                    return "", said.failed or self.cancelled
        except Gone as gone:
            self.lose(attempt, str(gone))
            raise
        if self.cancelled:
            return "", True
        self.lose(attempt, why)
        return why, True

    def lose(self, attempt, why):
        if not self.cancelled:
            self.pool.say(messages.lost(attempt, f"its worker {why}"))

    def cancel(self):
        self.cancelled = True
        asyncio.ensure_future(quietly(self.worker.end()))


async def quietly(ending):
    try:
        await ending
    except Gone:
        pass
