#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "configs/errors.h"
#include "engine/run/config_reader.h"
#include "engine/run/pool_reader.h"
#include "primitives/table.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;
const fs::path kConfigs = in_source("configs");

class RunConfigTest : public testing::Test {
 protected:
  RunConfigTest() : file_(fs::temp_directory_path() / ("madsearch-config-" + std::to_string(getpid()) + ".yaml")) {}
  ~RunConfigTest() override { fs::remove(file_); }

  RunConfig read(const std::string& yaml) {
    std::ofstream(file_) << yaml;
    return read_run(file_, kConfigs);
  }
  /// The message without the file's name in front.
  std::string message(const std::string& yaml) {
    try {
      read(yaml);
    } catch (const ConfigError& error) {
      const std::string whole = error.what();
      return whole.starts_with(file_.string()) ? whole.substr(file_.string().size()) : whole;
    }
    return "no error";
  }
  fs::path file_;
};

TEST_F(RunConfigTest, ShippedSearchesAreAllRead) {
  // Data that is fetched first may be missing here, so they are read beside some.
  const TemporaryFolder root;
  fs::create_directories(root.path + "/configs");
  for (const auto* folder : {"searches", "setups", "batteries", "designs"})
    fs::copy(kConfigs / folder, fs::path(root.path) / "configs" / folder, fs::copy_options::recursive);
  for (const std::string data : {"debian-text", "sotu"}) {
    fs::create_directories(root.path + "/data/" + data);
    std::ofstream(root.path + "/data/" + data + "/text.txt") << "We hold these truths to be self-evident.\n";
  }
  int read = 0;
  for (const auto& entry : fs::directory_iterator(root.path + "/configs/searches")) {
    const auto config = read_run(entry.path(), root.path + "/configs");
    EXPECT_FALSE(config.battery.partial()) << entry.path();
    EXPECT_GE(config.seeds.size(), 1u) << entry.path();
    ++read;
  }
  EXPECT_GE(read, 3);
}

TEST_F(RunConfigTest, AMachineOfManyCoresStartsNoMoreThanTheLagAllows) {
  std::vector<std::string> devices(20, "cpu");
  std::vector<Pool> pools = {{.devices = devices, .slots = 0}, {.devices = {}, .copies = 20}};
  auto in = Reader::text("search: {lag: 4}\n", "text");
  fit_slots(in, pools, {.lag = 4, .trainings = 10});
  EXPECT_EQ(pools[0].slots, 1);
}

TEST_F(RunConfigTest, PoolsAreOfThisMachineOrElsewhere) {
  const auto config = read(R"(battery: quick
stages: 4
silence_seconds: 30
pools:
  - devices: cpu
    slots: 2
    start_seconds: 60
  - name: slurm
    command: srun -n1 --gres=gpu:1 madsearch-worker
    copies: 4
    silence_seconds: never
)");
  const auto& pools = config.workers.pools;
  ASSERT_EQ(pools.size(), 2u);
  EXPECT_EQ(pools[0].name, "local");
  EXPECT_EQ(pools[0].size(), 2);
  EXPECT_EQ(pools[0].start_seconds, 60);
  EXPECT_EQ(pools[0].silence_seconds, 30);
  EXPECT_TRUE(pools[1].elsewhere());
  EXPECT_EQ(pools[1].size(), 4);
  EXPECT_EQ(pools[1].start_seconds, kNever);
  EXPECT_EQ(pools[1].silence_seconds, kNever);
  EXPECT_TRUE(config.notes.empty());
  EXPECT_EQ(config.hash(), read("battery: quick\nstages: 4\n").hash());
  EXPECT_NE(config.resolved().find(
                "\npools.1: local, cpu, slots 2, start_seconds 60, silence_seconds 30, command madsearch-worker\n"
                "pools.2: slurm, copies 4, start_seconds never, silence_seconds never, command srun -n1 --gres=gpu:1 "
                "madsearch-worker\n"),
            std::string::npos)
      << config.resolved();
}

TEST_F(RunConfigTest, WhatSaidWhoComputesBeforePoolsIsReadWithANote) {
  const auto config =
      read("battery: quick\nstages: 4\nworker: srun madsearch-worker\ndevices: cpu\nslots_per_device: 3\n");
  EXPECT_EQ(config.notes, std::vector<std::string>{"who computes is said by `pools` now; worker, devices, "
                                                   "slots_per_device are still read (docs/configuration.md)"});
  EXPECT_TRUE(config.workers.pools[0].elsewhere());
  EXPECT_EQ(config.workers.pools[0].copies, 3);
  EXPECT_EQ(config.workers.pools[0].start_seconds, 120);
  EXPECT_TRUE(read("battery: quick\nstages: 4\n").notes.empty());
}

TEST_F(RunConfigTest, OtherPoolsStayWithTheRun) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/pools.yaml";
  std::ofstream(file) << "pools: [{name: far, command: ssh node7 madsearch-worker, copies: 2}]\n";
  const auto config = with_pools(read("battery: quick\nstages: 4\ndevices: cpu\n"), file);
  EXPECT_EQ(config.workers.pools.at(0).name, "far");
  EXPECT_TRUE(config.notes.empty());
  const auto again = read_run(config.inputs, config.name);
  EXPECT_EQ(again.resolved(), config.resolved());
  std::ofstream(file) << "pools: [{devices: cpu}]\nhours: 3\n";
  EXPECT_THROW(with_pools(config, file), ConfigError);
}

TEST_F(RunConfigTest, SeedsAreRepeatedToTheStages) {
  const auto config = read("battery: quick\nstages: 4\nseeds: [transformer++, 'mamba swiglu', striped-mamba]\n");
  EXPECT_EQ(text(config.seeds[0].genome), "[attention swiglu]x2");
  EXPECT_EQ(text(config.seeds[1].genome), "[mamba swiglu]x2");
  EXPECT_EQ(text(config.seeds[2].genome), "mamba swiglu attention swiglu");
}

TEST_F(RunConfigTest, WindowsAreAtMostAQuarterOfTheRecallLength) {
  const auto config = read("battery: quick\nstages: 4\n");
  EXPECT_EQ(config.limits.max_window, config.battery.shortest_recall() / 4);
}

TEST_F(RunConfigTest, WindowsAreShorterThanEverySequenceOfBatteryAndProbe) {
  const auto config = read("battery: standard\nstages: 4\n");
  EXPECT_EQ(config.battery.shortest_recall() / 4, 64);
  EXPECT_EQ(config.limits.max_window, config.battery.shortest() - 1);
  const TemporaryFolder folder;
  const auto probe = folder.path + "/short.yaml";
  std::ofstream(probe) << "name: short\nwidth: 32\nsteps: 8\ntasks: {compression: {length: 4}}\n";
  EXPECT_EQ(read("battery: quick\nstages: 4\nprobe: " + probe + "\n").limits.max_window, 3);
}

TEST_F(RunConfigTest, HandDesignsMayHaveAnyWindowAndAreNamedIfItCoversASequence) {
  const auto config = read(
      "battery: quick\nstages: 4\nseeds: [transformer++, 'mamba swiglu attention{window=16} swiglu', "
      "'attention{window=7/8} swiglu']\n");
  EXPECT_EQ(covered_by_windows(config),
            (std::vector<std::string>{"mamba swiglu attention{window=16} swiglu: window=16 covers all of the battery's "
                                      "sequences of 16 tokens"}));
}

TEST_F(RunConfigTest, StateIsCountedAtADeclaredLength) {
  const auto served = read("battery: quick\nstages: 4\n");
  EXPECT_EQ(served.limits.served().length, 4096);
  EXPECT_EQ(box(served.objectives), "score 0..1, state 100..1048576");  // of attention in all four blocks
  EXPECT_NE(served.identity().find("\nstate_length: 4096\n"), std::string::npos);
  const auto there = read("battery: quick\nstages: 4\nstate_length: 0\n");
  EXPECT_EQ(there.limits.served().length, there.battery.longest());
  EXPECT_EQ(box(there.objectives), "score 0..1, state 100..1000000");
  EXPECT_EQ(message("battery: quick\nstages: 4\nlimits: {state: 20000}\n"),
            ": design \"transformer++\" can't take part: state 524288 is above the limit 20000");
  EXPECT_EQ(message("state_length: 20000000\n"),
            ":1:15: state_length must be an integer from 0 to 16777216, not \"20000000\"\n"
            "  1 | state_length: 20000000\n"
            "    |               ^^^^^^^^");
}

TEST_F(RunConfigTest, ARunOfAnEarlierReleaseCountsStateAtItsBatterysLength) {
  const auto config = read("battery: quick\nstages: 4\nstate_length: 0\nlimits: {state: 20000}\n");
  auto inputs = config.inputs;
  inputs["config"] = "battery: quick\nstages: 4\nlimits: {state: 20000}\n";
  EXPECT_THROW(read_run(inputs, config.name), ConfigError);
  EXPECT_EQ(read_run(inputs, config.name, StateLength::kBattery).identity(), config.identity());
}

TEST_F(RunConfigTest, IdentityLeavesOutDevicesAndTime) {
  const auto one = read("battery: quick\nstages: 4\ndevices: cpu\nslots_per_device: 1\n");
  const auto two = read(
      "battery: quick\nstages: 4\ndevices: cpu\nslots_per_device: 2\nhours: 3\nmetrics_port: 9100\n"
      "start_seconds: 7200\nunusable_seconds: 86400\nmps: off\n");
  EXPECT_EQ(one.hash(), two.hash());
  EXPECT_EQ(one.workers.mps, "auto");
  EXPECT_EQ(two.workers.mps, "off");
  EXPECT_EQ(one.workers.unusable_seconds, 0);
  EXPECT_EQ(two.workers.unusable_seconds, 86400);
  EXPECT_EQ(one.workers.pools[0].start_seconds, 120);
  EXPECT_EQ(two.workers.pools[0].start_seconds, 7200);
  EXPECT_NE(two.resolved().find("\nunusable_seconds: 86400\n"), std::string::npos) << two.resolved();
  EXPECT_NE(one.hash(), read("battery: quick\nstages: 4\nsearch: {mutations: 1}\n").hash());
  EXPECT_NE(one.hash(), read("battery: quick\nstages: 4\nseeds: [gla]\n").hash());
}

TEST_F(RunConfigTest, IdentityHoldsWhatDecidesAPretraining) {
  const auto with = [&](const std::string& more) {
    return read(
               "battery: quick\nstages: 4\ndevices: cpu\npretrain: {members: 1, flops: 1.0e+9, parameters: 5000, "
               "data: " +
               in_source("tests/data/speeches") + more + "}\n")
        .hash();
  };
  const auto plain = with("");
  for (const auto* more : {", max_epochs: 5", ", vocabulary: 300", ", separator: 7", ", bytes_per_token: 2"})
    EXPECT_NE(with(more), plain) << more;
  EXPECT_EQ(with(", keep_weights: true"), plain);
}

TEST_F(RunConfigTest, SaysWhereItNamesDataThatCanNotBeRead) {
  const TemporaryFolder folder;
  fs::create_symlink("no/where", folder.path + "/a.txt");
  const auto whole = message("battery: quick\npretrain: {members: 1, data: " + folder.path + "}\n");
  EXPECT_EQ(whole.substr(0, whole.find('\n')), ":2:30: " + folder.path + "/a.txt is a link that leads nowhere");
}

TEST_F(RunConfigTest, IdentityHoldsSeedsInTheirOrder) {
  EXPECT_NE(read("battery: quick\nstages: 4\nseeds: [gla, mamba-swiglu]\n").hash(),
            read("battery: quick\nstages: 4\nseeds: [mamba-swiglu, gla]\n").hash());
}

TEST_F(RunConfigTest, IsReadAgainFromWhatItWasReadFrom) {
  const auto config = read("battery: quick\nprobe: probe\nstages: 4\nseeds: [gla, 'mamba swiglu']\ndevices: cpu\n");
  const auto again = read_run(config.inputs, config.name);
  EXPECT_EQ(again.resolved(), config.resolved());
  EXPECT_EQ(again.inputs, config.inputs);
  std::vector<std::string> names;
  for (const auto& [name, text] : config.inputs) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"battery probe", "battery quick", "config", "design gla", "design transformer++",
                                      "expanded gla", "expanded mamba swiglu", "expanded transformer++"}));
}

TEST_F(RunConfigTest, PopulationStaysWhenEvaluationsGrow) {
  EXPECT_EQ(read("battery: quick\nstages: 4\nsearch: {evaluations: 300}\n").search.population, 20);
}

TEST_F(RunConfigTest, MisspeltPrimitiveIsAnsweredWithTheOneMeant) {
  std::string all;
  for (const auto& primitive : primitives()) all += (all.empty() ? "" : ", ") + primitive.name;
  EXPECT_EQ(message("battery: quick\nprimitives: [attention, manba]\n"),
            ":2:13: unknown primitive \"manba\"\n"
            "  2 | primitives: [attention, manba]\n"
            "    |             ^\n"
            "  expected one of: " +
                all +
                "\n"
                "  did you mean \"mamba\"?");
}

TEST_F(RunConfigTest, MisspeltSeedIsAnsweredWithTheOneMeant) {
  const auto whole = message("battery: quick\nstages: 4\nseeds: [transformer+++]\n");
  EXPECT_TRUE(whole.starts_with(":3:8: unknown design \"transformer+++\"\n")) << whole;
  EXPECT_NE(whole.find("  did you mean \"transformer++\"?"), std::string::npos) << whole;
}

TEST_F(RunConfigTest, ASeedMayBeTheConfigOfAModel) {
  const auto model = in_source("tests/data/models/fla-samba/config.json");
  const auto config = read("battery: quick\nstages: 8\nseeds: [" + model + "]\n");
  ASSERT_EQ(config.seeds.size(), 1u);
  EXPECT_EQ(config.seeds[0].name, "fla-samba");
  EXPECT_EQ(text(config.seeds[0].genome), "[mamba swiglu attention{window=1/2} swiglu]x2");
  EXPECT_NE(message("battery: quick\nseeds: [nowhere/config.json]\n").find("nowhere/config.json: no such file"),
            std::string::npos);
}

TEST_F(RunConfigTest, SaysWhatCanNotBe) {
  const auto first_line = [&](const std::string& yaml) {
    const auto whole = message(yaml);
    return whole.substr(0, whole.find('\n'));
  };
  EXPECT_EQ(first_line("battery: probe\n"),
            ":1:10: battery \"probe\" does not hold all six tasks, so its sum is no MAD score");
  EXPECT_EQ(first_line("battery: standard\nprobe: probe\n"), ":2:8: the probe trains at width 32, the battery at 128");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nseeds: [jamba]\n"),
            ":3:8: design \"jamba\" has 16 blocks, and 4 stages are no multiple of that; choose another number of "
            "stages, or another design");
  EXPECT_EQ(first_line("battery: quick\nobjectives: [score]\n"), ":2:13: a search has two or three objectives, not 1");
  EXPECT_EQ(first_line("battery: quick\nobjectives: [state, flops]\n"), ":2:13: one objective must be score");
  EXPECT_EQ(first_line("battery: quick\nuntil: \"25:00\"\n"),
            ":2:8: expected a time of day like \"07:00\", not \"25:00\"");
  for (const auto* time : {"-0:30", "7: 5", "7", ":30", "07:60", "07:00:00", "007:00"})
    EXPECT_EQ(first_line("battery: quick\nuntil: \"" + std::string(time) + "\"\n"),
              ":2:8: expected a time of day like \"07:00\", not \"" + std::string(time) + "\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nsearch: {grid: [0.01]}\n"),
            ":3:16: the grid needs a step for each of the 2 objectives, in their order, not 1");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nobjectives: [score, state, flops]\nsearch: {grid: [0.01, 1]}\n"),
            ":4:16: the grid needs a step for each of the 3 objectives, in their order, not 2");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nsearch: {control: randon}\n"), ":3:19: unknown control \"randon\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nsearch: {algorithm: random, control: random}\n"),
            ":3:38: a search with `algorithm: random` is its own control");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nsearch: {control: random, control_share: 0.9}\n"),
            ":3:42: control_share must be a number from 0.01 to 0.5, not \"0.9\"");
  EXPECT_EQ(first_line("battery: quick\nprimitives: []\n"), ":2:13: the primitives hold no sequence mixer");
  EXPECT_EQ(first_line("battery: quick\nprimitives: [swiglu]\n"), ":2:13: the primitives hold no sequence mixer");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nvalid_widths: [5]\n"),
            ":3:15: no value of kv_heads of attention is valid at every width of the search");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\ndevices: []\n"), ":3:10: no devices; expected auto, cpu or cuda:N");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nlimits: {state: 100}\n"),
            ": design \"transformer++\" can't take part: state 524288 is above the limit 100");
  EXPECT_EQ(first_line("battery: quick\nprobe: probe\nstages: 4\npools: [{devices: cpu, slots: 4}, {command: ssh a b, "
                       "copies: 100}]\n"),
            ": lag 8 keeps 16 slots busy, by 2 trainings of each evaluation, and the pools have 104: search needs "
            "\"lag: 52\" or more, or the pools 16 slots at most");
  EXPECT_EQ(first_line("battery: quick\npools: []\n"), ":2:8: a search needs a pool at least");
  EXPECT_EQ(first_line("battery: quick\npools: [{name: far}]\n"), ":2:9: pools needs the key \"command\"");
  EXPECT_EQ(
      first_line("battery: quick\npools: [{command: ssh a b, slots: 2}]\n"),
      ":2:35: `slots` are of `devices` of this machine; elsewhere the command has them (`madsearch-node --slots`), "
      "and is started `copies` times");
  EXPECT_EQ(first_line("battery: quick\npools: [{devices: cpu, copies: 2}]\n"),
            ":2:32: `copies` are of a command that computes elsewhere; on `devices` of this machine say `slots`");
  EXPECT_EQ(first_line("battery: quick\npools: [{command: ssh a b}, {command: ssh c d}]\n"),
            ":2:39: two pools are called \"ssh\"; give one of them another `name`");
  EXPECT_EQ(first_line("battery: quick\ndevices: cpu\npools: [{devices: cpu}]\n"),
            ":2:1: `pools` says who computes; it takes the place of this");
  EXPECT_EQ(first_line("battery: quick\npools: [{devices: cpu, slot: 2}]\n"), ":2:24: unknown key \"slot\" in pools");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\npretrain: {members: 1}\n"),
            ":3:21: pretraining needs `data`: a folder of texts (*.txt) or of token shards (*.bin)");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\npretrain: {learning_rates: []}\n"),
            ":3:28: pretraining needs a learning rate at least");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\npretrain: {separator: <|endoftext|>}\n"),
            ":3:23: separator must be the id of a token, from 0 to 2147483647, or none, not \"<|endoftext|>\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\npretrain: {bytes_per_token: 0}\n"),
            ":3:29: bytes_per_token must be a number from 0.01 to 1000, not \"0\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nunusable_seconds: 1e9\n"),
            ":3:19: unusable_seconds must be a number of seconds from 1 to 604800, or never, not \"1e9\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nmps: of\n"), ":3:6: mps is \"of\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nstart_seconds: 0\n"),
            ":3:16: start_seconds must be a number of seconds from 1 to 604800, or never, not \"0\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\nvalid_widths: [48.7]\n"),
            ":3:16: each of valid_widths must be an integer from 4 to 65536, not \"48.7\"");
  EXPECT_EQ(first_line("battery: quick\nstages: 4\npretrain: {members: 1, data: no/where}\n"),
            ":3:30: no such folder, or nothing in it: no/where");
}

}  // namespace
}  // namespace madsearch
