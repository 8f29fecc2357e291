"""Runs searches on clusters that it makes on this machine; tools/check-cluster calls it."""
import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(1, os.path.join(ROOT, "tests", "soak"))

import ray_cluster
import ray_scenarios
import slurm
import slurm_scenarios
from runs import Finding
from searches import Undisturbed, left

ENGINES = {"slurm": (slurm.Slurm, slurm_scenarios), "ray": (ray_cluster.Ray, ray_scenarios)}


def arguments():
    parser = argparse.ArgumentParser(prog="tools/check-cluster", description=__doc__)
    parser.add_argument("engines", nargs="*", default=list(ENGINES), metavar="slurm|ray")
    parser.add_argument("--install", action="store_true", help="unpack the engines first")
    parser.add_argument("--only", default="", help="names of scenarios, with commas; load only so")
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--engines-in", default=os.path.join(ROOT, "build-cluster"), help="where they are unpacked")
    parser.add_argument("--inside", help=argparse.SUPPRESS)  # the folder of a check that has its own network
    return parser.parse_args()


def enclosed(folder):
    """This command again, in a network, processes, mounts and host name of its own. All in it ends with it."""
    hosts = os.path.join(folder, "hosts")
    with open(hosts, "w") as file:
        file.write("127.0.0.1 localhost checked\n")
    # A shell is the first process there, as it waits for whoever is left to it. 127.0.0.2: getaddrinfo() takes no
    # address for usable where there is 127.0.0.1 alone.
    begin = ("ip link set lo up && ip addr add 127.0.0.2/8 dev lo && hostname checked && mount --bind $0 /etc/hosts"
             " && mount -t tmpfs tmpfs /dev/shm && \"$@\"; exit $?")
    command = ["unshare", "--net", "--pid", "--mount", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child",
               "bash", "-c", begin, hosts, sys.executable, "-B", *sys.argv, "--inside", folder]
    return subprocess.run(command).returncode


def checked(cluster, scenario, folder, undisturbed):
    """Seconds, what went wrong ("" if nothing did), and what else there is to say."""
    os.mkdir(folder)
    told = None
    began = time.monotonic()
    try:
        cluster.whole()
        undisturbed.facts()
        began = time.monotonic()
        told = scenario(cluster, folder, undisturbed)
        found = left(cluster)
        problem = f"left behind: {found}" if found else ""
    except Finding as finding:
        problem = str(finding)
    except Exception:
        problem = traceback.format_exc()
    return time.monotonic() - began, problem, told


def chosen(scenarios, names):
    if not names:
        return scenarios.SCENARIOS
    return [one for one in (*scenarios.SCENARIOS, *scenarios.ON_DEMAND) if one.__name__ in names.split(",")]


def check(flags, name, folder):
    """How many scenarios of an engine failed."""
    kind, scenarios = ENGINES[name]
    os.mkdir(folder)
    madsearch = os.path.join(os.path.abspath(flags.build), "madsearch")
    undisturbed = Undisturbed(madsearch, folder)
    failures = 0
    with kind(os.path.join(folder, "cluster"), flags) as cluster:
        print(f"{cluster.version()}, two nodes with two GPUs each", flush=True)
        for scenario in chosen(scenarios, flags.only):
            seconds, problem, told = checked(cluster, scenario, os.path.join(folder, scenario.__name__), undisturbed)
            failures += problem != ""
            words = scenario.__name__.replace("_", " ")
            print(f"{'FAILED' if problem else 'ok':6}  {seconds:6.1f} s  {name}: {words}", flush=True)
            if problem or told:
                print("  " + (problem or told).strip().replace("\n", "\n  ")[:4000], flush=True)
    return failures


def inside(flags):
    failures = sum(check(flags, name, os.path.join(flags.inside, name)) for name in flags.engines)
    return 1 if failures else 0


def main():
    flags = arguments()
    if flags.inside:
        return inside(flags)
    unknown = [name for name in flags.engines if name not in ENGINES]
    if unknown or os.geteuid() != 0:
        why = f"no such engine: {unknown[0]}" if unknown else "this needs root"
        print("tools/check-cluster: " + why, file=sys.stderr)
        return 2
    os.makedirs(flags.engines_in, exist_ok=True)
    if flags.install:
        for name in flags.engines:
            ENGINES[name][0].install(flags.engines_in)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="checked-")
    try:
        code = enclosed(folder)
    except KeyboardInterrupt:
        code = 130
    if code == 1:
        print(f"what was left is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return code


sys.exit(main())
