"""Slurm on this machine: a controller and two nodes, unpacked from Debian's packages."""
import os
import signal
import subprocess

from programs import send
from runs import expect
from searches import environment, parent, processes, until, write

PACKAGES = ["slurmctld", "slurmd", "slurm-client", "munge"]
LIBRARIES = "usr/lib/x86_64-linux-gnu"
CONFIG = """ClusterName=checked
SlurmctldHost=checked(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
PluginDir={plugins}
SlurmctldPort=16817
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/spool.%n
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdTimeout=10
InactiveLimit=0
KillWait=5
MinJobAge=10
GresTypes=gpu
SchedulerParameters=sched_interval=2,bf_interval=2
NodeName=n1 NodeHostname=checked NodeAddr=127.0.0.1 Port=16901 CPUs=8 RealMemory=1000 Gres=gpu:2 State=UNKNOWN
NodeName=n2 NodeHostname=checked NodeAddr=127.0.0.1 Port=16902 CPUs=8 RealMemory=1000 Gres=gpu:2 State=UNKNOWN
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
"""
GPUS = "NodeName=n1,n2 Name=gpu File=/dev/tty[0-1]\n"  # any device that is there
NODES = ("n1", "n2")


class Slurm:
    @staticmethod
    def install(folder):
        """Fetches what this machine lacks of the packages and unpacks it."""
        root = os.path.join(folder, "slurm")
        fetched = os.path.join(folder, "packages")
        for made in (root, fetched):
            os.makedirs(made, exist_ok=True)
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        plan = subprocess.run(["apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES], check=True,
                              capture_output=True, text=True).stdout
        names = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
        subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", *names], check=True, cwd=fetched)
        for name in sorted(os.listdir(fetched)):
            subprocess.run(["dpkg", "-x", os.path.join(fetched, name), root], check=True)

    def __init__(self, folder, flags):
        self.folder, self.root = folder, os.path.join(flags.engines_in, "slurm")
        there = os.path.exists(os.path.join(self.root, "usr/sbin/slurmd-wlm"))
        expect(there, "tools/check-cluster --install came first")
        self.daemons = {}

    def __enter__(self):
        os.makedirs(os.path.join(self.folder, "state"))
        os.makedirs(os.path.join(self.folder, "bin"))
        for where in ("usr/bin", "usr/sbin"):  # which of the daemons one is it knows by its name, without "-wlm"
            for name in os.listdir(os.path.join(self.root, where)):
                os.symlink(os.path.join(self.root, where, name), self.path("bin", name.removesuffix("-wlm")))
        libraries = os.path.join(self.root, LIBRARIES)
        plugins = os.path.join(libraries, "slurm-wlm")
        os.environ["PATH"] = self.path("bin") + ":" + os.environ["PATH"]
        os.environ["LD_LIBRARY_PATH"] = libraries + ":" + plugins
        os.environ["SLURM_CONF"] = self.path("slurm.conf")
        write(self.path("slurm.conf"), CONFIG.format(folder=self.folder, plugins=plugins))
        write(self.path("gres.conf"), GPUS)
        with open(os.open(self.path("key"), os.O_CREAT | os.O_WRONLY, 0o400), "wb") as file:
            file.write(os.urandom(1024))
        self.start("munged", "munged", "--force", "--foreground", "--socket=" + self.path("munge.socket"),
                   "--key-file=" + self.path("key"), "--pid-file=" + self.path("munge.pid"),
                   "--log-file=" + self.path("munge.log"), "--seed-file=" + self.path("munge.seed"))
        until(lambda: os.path.exists(self.path("munge.socket")), 10, "munge begins")
        self.start("slurmctld", "slurmctld", "-D")
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons.values()):
            daemon.terminate()
        for daemon in self.daemons.values():
            daemon.wait()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, name, *command):
        with open(self.path(name + ".out"), "a") as out:
            self.daemons[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def version(self):
        return said("sinfo", "--version")

    def whole(self):
        """Both nodes are there and free."""
        for node in NODES:
            if node not in self.daemons or self.daemons[node].poll() is not None:
                self.begin_node(node)
        until(lambda: said("sinfo", "-h", "-N", "-o", "%N %T") == "n1 idle\nn2 idle", 60, "both nodes are idle")

    def begin_node(self, node):
        self.start(node, "slurmd", "-D", "-N", node, "-d", self.path("bin", "slurmstepd"))

    def lose_node(self, node):
        """As if its power were cut: its daemon, what watches its jobs, and these."""
        tasks = [pid for pid in processes() if environment(pid).get("SLURMD_NODENAME") == node]
        watching = {parent(pid) for pid in tasks} - set(tasks)
        self.daemons[node].kill()
        for pid in [*watching, *tasks]:
            send(pid, signal.SIGKILL)
        self.daemons[node].wait()

    def drain(self, node):
        said("scontrol", "update", "nodename=" + node, "state=drain", "reason=checked")

    def cancel_jobs(self, node):
        said("scancel", "-w", node)

    def undrain(self, node):
        said("scontrol", "update", "nodename=" + node, "state=resume")

    def jobs(self, *more):
        return said("squeue", "-h", "-o", "job %i %T on %N", *more).splitlines()

    def running(self, *more):
        return len(self.jobs("-t", "RUNNING", *more))

    def pending(self):
        return len(self.jobs("-t", "PENDING"))

    def pool(self, milliseconds, copies=4, gpus=1, command="madsearch stub-worker"):
        return (f"pools: [{{name: slurm, copies: {copies}, command: MADSEARCH_STUB=milliseconds={milliseconds}"
                f" srun -N1 -n1 --gres=gpu:{gpus} {command}}}]\n")

    def nodes(self, milliseconds, slots=2):
        """A job for each node, with so many slots over one connection."""
        node = f"madsearch-node --devices cpu --slots {slots} --worker 'madsearch stub-worker'"
        return self.pool(milliseconds, copies=2, gpus=2, command=node)


def said(*command):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    expect(ended.returncode == 0, f"{' '.join(command)}: {ended.stderr}")
    return ended.stdout.strip()
