"""All that is asked of Ray: to join a cluster that is there, and actors on it."""
import asyncio
import os
import socket

import ray
from ray import cloudpickle

import madsearch_ray

from .worker import Worker


class Gone(Exception):
    """An actor came to its end, or can't be reached: its node or its process is gone."""


class Cluster:
    """Joins the cluster at `address`, and never makes, ends or changes one. Throws OSError if none is there."""

    def __init__(self, address, cpus, gpus, command, silence):
        if ":" in address:  # Ray itself tries it for two minutes
            socket.create_connection(_place(address), 5).close()
        cloudpickle.register_pickle_by_value(madsearch_ray)  # so that nodes need nothing but Ray
        ray.init(address=address, log_to_driver=False, logging_level="error", configure_logging=True)
        self.head = ray.get_runtime_context().gcs_address
        self.actor = ray.remote(num_cpus=cpus, num_gpus=gpus, max_restarts=0, max_task_retries=0, max_concurrency=4,
                                scheduling_strategy="SPREAD")(Worker)
        self.gpus, self.command, self.silence = gpus, command, silence
        self.version = f"madsearch on Ray {ray.__version__}"
        self.host = socket.gethostname()

    def worker(self, number):
        """Waits on the cluster, for as long as it takes, until there is room for it."""
        variables = {name: value for name, value in os.environ.items() if name.startswith("MADSEARCH_")}
        variables["MADSEARCH_SLOT"] = str(number)
        if self.gpus == 0:
            variables["MADSEARCH_DEVICE"] = "cpu"
        elif self.gpus < 1:
            variables["MADSEARCH_SHARERS"] = str(int(1 / self.gpus))
        return RemoteWorker(self.actor.remote(self.command, variables, os.getcwd(), self.silence))

    async def answers(self):
        """Whether the head of the cluster does."""
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(*_place(self.head)), 2)
            writer.close()
            return True
        except (OSError, asyncio.TimeoutError):
            return False

    def leave(self):
        ray.shutdown()


class RemoteWorker:
    """A Worker on some node. Throws Gone."""

    def __init__(self, actor):
        self.actor = actor

    async def start(self):
        return await _answer(self.actor.start.remote())

    async def ask(self, line):
        stream = self.actor.ask.options(num_returns="streaming").remote(line)
        try:
            async for part in stream:
                yield await part
        except ray.exceptions.RayError as error:
            raise _gone(error) from None

    async def watch(self):
        return await _answer(self.actor.watch.remote())

    async def end(self):
        await _answer(self.actor.end.remote())

    def kill(self):
        """Also one that still waits for its place."""
        ray.kill(self.actor)


def _place(address):
    host, _, port = address.rpartition(":")
    return host, int(port)


async def _answer(ref):
    try:
        return await ref
    except ray.exceptions.RayError as error:
        raise _gone(error) from None


def _gone(error):
    if isinstance(error, ray.exceptions.RayTaskError):  # our own fault, which is to be seen
        return Gone(f"failed: {error}")
    return Gone("is gone, with its node or its process")
