// Workers behind a command that waits in a queue and holds an allocation, as Slurm's `srun`: fake_srun.cpp.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

const std::string kWorker = "madsearch stub-worker";
const std::string kNode = "madsearch-node --devices cpu --slots 2 --worker " + in_build("tests/stub_worker");

/// A cluster of its own, and a search on it.
class Cluster {
 public:
  /// `queue`: seconds that a job waits; `stub`: how workers behave; `program`: what a job starts.
  explicit Cluster(double queue = 0, const std::string& stub = "milliseconds=1", const std::string& program = kWorker)
      : queue_(queue), stub_(stub), program_(program) {}

  std::string worker() const {
    return "FAKE_SLURM=" + folder_.path + " FAKE_SLURM_QUEUE=" + std::to_string(queue_) + " MADSEARCH_STUB=" + stub_ +
           " " + in_build("tests/fake_slurm/srun") + " -n1 " + program_;
  }
  /// Writes a configuration and gives the arguments that run it.
  std::string run(const std::string& more = "") const {
    write_file(path("cluster.yaml"), R"(battery: quick
stages: 4
seeds: [transformer++, gla]
search: {evaluations: 12, population: 4}
pools: [{name: far, copies: 2, command: ")" +
                                         worker() + "\"}]\n" + more);
    return "run " + path("cluster.yaml") + " --no-forecast --out " + path("run");
  }
  std::string path(const std::string& name) const { return folder_.path + "/" + name; }
  int allocations() const {
    int out = 0;
    for (const auto& entry : fs::directory_iterator(folder_.path))
      out += entry.path().filename().string().starts_with("allocation-") ? 1 : 0;
    return out;
  }
  bool gets(int wanted) const {
    for (int i = 0; i < 800 && allocations() != wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return allocations() == wanted;
  }

 private:
  TemporaryFolder folder_;
  double queue_;
  std::string stub_;
  std::string program_;
};

constexpr double kForEver = 1000;
const std::string kBusy = "milliseconds=60000";

/// `madsearch ARGUMENTS`, sent `signals` ("INT INT", a tenth of a second apart) once an allocation is there.
Ran signalled(const Cluster& cluster, const std::string& arguments, const std::string& signals) {
  return run_program("bash -c '\"" + in_build("madsearch") + "\" " + arguments +
                     " & madsearch=$!; for i in {1..500}; do set -- " + cluster.path("allocation-*") +
                     "; [ -e $1 ] && break; sleep 0.01; done; sleep 0.2; for each in " + signals +
                     "; do kill -$each $madsearch; sleep 0.1; done; wait $madsearch'");
}

/// What befalls a program with workers on a cluster, after which no allocation may be left.
struct Scenario {
  const char* name;
  std::function<void()> happens;
};

void after_its_end(const std::string& program) {
  const Cluster cluster(0, "milliseconds=1", program);
  const auto ran = run_madsearch(cluster.run());
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(cluster.allocations(), 0);
}

void after_signals(double queue, const char* signals, int code, const char* how = "",
                   const std::string& program = kWorker) {
  const Cluster cluster(queue, kBusy, program);
  const auto ran = signalled(cluster, cluster.run() + how, signals);
  EXPECT_EQ(ran.code, code) << ran.err;
  EXPECT_TRUE(cluster.gets(0)) << cluster.allocations();
}

void after_a_dry_run(const std::string& program) {
  const Cluster cluster(0, "milliseconds=1", program);
  const auto ran = run_madsearch(cluster.run() + " --dry-run");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(cluster.allocations(), 0);
}

void after_doctor() {
  const Cluster cluster;
  const auto ran = run_madsearch("doctor --primitives mamba --devices cpu --worker '" + cluster.worker() + "'");
  EXPECT_NE(ran.out.find("worker on srun starts: madsearch stub worker"), std::string::npos) << ran.out;
  EXPECT_EQ(cluster.allocations(), 0);
}

void all_at_once(const std::vector<Scenario>& scenarios) {
  std::vector<std::future<void>> running;
  for (const auto& scenario : scenarios)
    running.push_back(std::async(std::launch::async, [&scenario] {
      const testing::ScopedTrace trace(__FILE__, __LINE__, scenario.name);
      scenario.happens();
    }));
  for (auto& one : running) one.get();
}

TEST(Cluster, IsLeftWithoutAnAllocation) {
  all_at_once({
      {"its end", [] { after_its_end(kWorker); }},
      {"Ctrl-C", [] { after_signals(0, "INT", 130); }},
      {"Ctrl-C twice", [] { after_signals(0, "INT INT", 130); }},
      {"kill -9", [] { after_signals(0, "KILL", 137); }},
      {"Ctrl-C while it waits", [] { after_signals(kForEver, "INT", 130); }},
      {"kill -9 while it waits", [] { after_signals(kForEver, "KILL", 137); }},
      {"Ctrl-C while a dry run waits", [] { after_signals(kForEver, "INT", 130, " --dry-run"); }},
      {"a dry run", [] { after_a_dry_run(kWorker); }},
      {"doctor", after_doctor},
  });
}

TEST(Cluster, IsLeftWithoutAnAllocationByNodes) {
  all_at_once({
      {"its end", [] { after_its_end(kNode); }},
      {"Ctrl-C", [] { after_signals(0, "INT", 130, "", kNode); }},
      {"Ctrl-C twice", [] { after_signals(0, "INT INT", 130, "", kNode); }},
      {"kill -9", [] { after_signals(0, "KILL", 137, "", kNode); }},
      {"a dry run", [] { after_a_dry_run(kNode); }},
  });
}

/// What run.log says of a run's decisions.
std::string signature_in(const fs::path& run) {
  const auto log = read_file(run / "run.log");
  const auto at = log.find("search and confirmation are done: ");
  return at == std::string::npos ? log : log.substr(at, log.find('\n', at) - at);
}

/// The same search by two workers of this machine.
std::string signature_here() {
  const Cluster here;
  here.run();
  const auto config = read_file(here.path("cluster.yaml"));
  write_file(here.path("cluster.yaml"),
             config.substr(0, config.find("pools:")) +
                 "pools: [{devices: cpu, slots: 2, command: MADSEARCH_STUB=milliseconds=1 madsearch stub-worker}]\n");
  const auto ran = run_madsearch("run " + here.path("cluster.yaml") + " --quiet --out " + here.path("run"));
  EXPECT_EQ(ran.code, 0) << ran.err;
  return signature_in(here.path("run"));
}

TEST(Cluster, HoursDoNotRunWhileJobsWait) {
  const Cluster cluster(4, "milliseconds=15");  // half a second of work, in which the run looks at its slots
  const auto ran = run_madsearch(cluster.run("hours: 0.001\n") + " --quiet");  // 3.6 s, less than jobs wait
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto log = read_file(cluster.path("run") + "/run.log");
  EXPECT_NE(log.find("search and confirmation are done: 12 evaluations"), std::string::npos) << log;
  EXPECT_NE(log.find("slots have a worker: far "), std::string::npos) << log;
  EXPECT_NE(log.find("\n", log.find("far: 2 slots, busy ")), std::string::npos) << log;
}

TEST(Cluster, ASearchIsTheSameThereWhereverItGoesOn) {
  const Cluster waiting(kForEver);
  EXPECT_EQ(signalled(waiting, waiting.run(), "INT").code, 130);
  const Cluster crashing(0, "milliseconds=1,crash=9");
  crashing.run();
  const auto pools = read_file(crashing.path("cluster.yaml"));
  write_file(waiting.path("pools.yaml"), pools.substr(pools.find("pools:")));
  const auto resumed =
      run_madsearch("resume " + waiting.path("run") + " --quiet --pools " + waiting.path("pools.yaml"));
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_TRUE(crashing.gets(0));

  EXPECT_EQ(signature_in(waiting.path("run")), signature_here());
  EXPECT_NE(signature_here().find("12 evaluations, signature "), std::string::npos);
}

TEST(Cluster, ASearchIsTheSameOnNodesAndWhereSlotsComeAndGo) {
  const Cluster nodes(0, "milliseconds=1,crash=9", kNode);
  const Cluster coming_and_going(0, "slots=8,changes=60,milliseconds=3,lost=7,late=11,stale=5,duplicate=6");
  for (const auto* cluster : {&nodes, &coming_and_going}) {
    const auto ran = run_madsearch(cluster->run("attempts: 20\n") + " --quiet");
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(signature_in(cluster->path("run")), signature_here());
    EXPECT_EQ(cluster->allocations(), 0);
  }
  EXPECT_NE(read_file(nodes.path("run") + "/run.log").find(") lost it: worker "), std::string::npos);
  EXPECT_NE(read_file(coming_and_going.path("run") + "/run.log").find(", which it was not asked; ignored"),
            std::string::npos);
}

}  // namespace
}  // namespace madsearch
