"""Ray on this machine: a head and another node."""
import os
import signal
import subprocess

from programs import descendants, send
from runs import expect
from searches import processes, until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ADDRESS = "127.0.0.1:6399"
NODES = {"head": ["--head", "--port=6399", "--node-ip-address=127.0.0.1", "--include-dashboard=false"],
         "n2": ["--address=" + ADDRESS, "--node-ip-address=127.0.0.2"]}
COUNT = f"""import ray
ray.init(address="{ADDRESS}", logging_level="error", log_to_driver=False)
print(sum(node["Alive"] for node in ray.nodes()))
"""


class Ray:
    @staticmethod
    def install(folder):
        """A venv with Ray, as `tools/quickstart --ray` makes it."""
        tools = os.path.join(ROOT, "tools", "ray")
        code = 'source "$1/install"; ray_install "$0" "$1"'
        subprocess.run(["bash", "-euc", code, os.path.join(folder, "ray"), tools], check=True)

    def __init__(self, folder, flags):
        self.folder = os.path.join(flags.inside, "r")  # short, as names of sockets are
        self.binaries = os.path.join(flags.engines_in, "ray", "bin")
        expect(os.path.exists(os.path.join(self.binaries, "ray")), "tools/check-cluster --install came first")
        self.nodes = {}

    def __enter__(self):
        os.makedirs(self.folder)
        os.environ.update(RAY_USAGE_STATS_ENABLED="0", PYTHONDONTWRITEBYTECODE="1")
        return self

    def __exit__(self, *_):
        for node in list(self.nodes):
            self.lose_node(node)

    def version(self):
        code = "import ray; print('Ray', ray.__version__)"
        return subprocess.run([self.python(), "-c", code], check=True, capture_output=True, text=True).stdout.strip()

    def python(self):
        return os.path.join(self.binaries, "python")

    def whole(self):
        """Both nodes are there."""
        for node in NODES:
            if node not in self.nodes:
                self.begin_node(node)
        until(lambda: self.alive() == len(NODES), 180, "both nodes are there")

    def begin_node(self, node):
        command = [self.python(), os.path.join(self.binaries, "ray"), "start", "--block", *NODES[node], "--num-cpus=64",
                   "--num-gpus=2", "--object-store-memory=100000000", "--disable-usage-stats"]
        if node == "head":
            command.append("--temp-dir=" + self.folder)
        with open(os.path.join(self.folder, node + ".out"), "a") as out:
            self.nodes[node] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def alive(self):
        ended = subprocess.run([self.python(), "-c", COUNT], capture_output=True, text=True)
        return int(ended.stdout) if ended.returncode == 0 else 0

    def lose_node(self, node):
        """As if its power were cut. All else there is goes with the head."""
        lost = self.nodes.pop(node)
        for pid in [lost.pid, *descendants(lost.pid)]:
            send(pid, signal.SIGKILL)
        lost.wait()

    def jobs(self):
        """Actors that are left."""
        return [f"process {pid}: {command}" for pid, command in processes().items()
                if command.startswith("ray::Worker")]

    def pool(self, milliseconds, slots=8, gpus=1.0):
        command = (f"MADSEARCH_STUB=milliseconds={milliseconds} {self.python()} -m madsearch_ray --address {ADDRESS}"
                   f" --gpus {gpus} --slots {slots} -- madsearch stub-worker")
        return f"pools: [{{name: ray, command: {command}}}]\nunusable_seconds: 10\n"
