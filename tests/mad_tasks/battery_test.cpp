#include "mad_tasks/battery.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

Battery read(const std::string& yaml) { return read_battery(Reader::text(yaml, "b.yaml")); }

std::string error(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::filesystem::path configs() { return in_source("configs"); }

const std::string kSmall =
    "name: small\n"
    "steps: 100\n"
    "grid: {learning_rates: [0.001, 0.002], weight_decays: [0, 0.1]}\n"
    "tasks:\n"
    "  in-context-recall: {length: 64, axes: {vocabulary: [32], length: [128, 256]}}\n"
    "  compression: {weight: 2, steps: 10, batch: 4, examples: 50}\n";

TEST(Battery, ListsTheBaselineFirstAndThenTheAxesInOrder) {
  const auto battery = read(kSmall);
  EXPECT_EQ(battery.name, "small");
  ASSERT_EQ(battery.tasks.size(), 2u);
  EXPECT_EQ(battery.tasks[0].weight, 1);
  std::vector<std::string> settings;
  for (const auto& one : battery.tasks[0].settings)
    settings.push_back(one.setting.axis + ": " + one.setting.values.text());
  EXPECT_EQ(settings, (std::vector<std::string>{"baseline: examples=12800 length=64 multi_query=1 vocabulary=16",
                                                "vocabulary: examples=12800 length=64 multi_query=1 vocabulary=32",
                                                "length: examples=12800 length=128 multi_query=1 vocabulary=16",
                                                "length: examples=12800 length=256 multi_query=1 vocabulary=16"}));
  ASSERT_EQ(battery.grid.size(), 4u);
  EXPECT_EQ(battery.grid[1].learning_rate, 0.001);
  EXPECT_EQ(battery.grid[1].weight_decay, 0.1);
}

TEST(Battery, GivesATaskItsOwnBudget) {
  const auto battery = read(kSmall);
  const auto &recall = battery.tasks[0].settings[0], &compression = battery.tasks[1].settings[0];
  EXPECT_EQ(recall.steps, 100);
  EXPECT_EQ(recall.batch, 128);
  EXPECT_EQ(recall.train_examples, 12800);
  EXPECT_EQ(recall.evaluation_examples, 1280);
  EXPECT_EQ(battery.tasks[1].weight, 2);
  EXPECT_EQ(compression.steps, 10);
  EXPECT_EQ(compression.batch, 4);
  EXPECT_EQ(compression.train_examples, 50);
  EXPECT_EQ(battery.total_steps(), 4 * (4 * 100 + 10));
}

TEST(Battery, CountsEpochsInBatchesOfTheSettingsExamples) {
  const auto battery =
      read("name: b\nepochs: 3\nbatch: 100\ntasks: {compression: {examples: 250, axes: {examples: [100]}}}\n");
  EXPECT_EQ(battery.tasks[0].settings[0].steps, 9);  // the last batch of an epoch is half full
  EXPECT_EQ(battery.tasks[0].settings[1].steps, 3);
}

TEST(Battery, ClimbsALadderWhoseRungsHaveBudgetsOfTheirOwn) {
  const auto battery = read(
      "name: b\nsteps: 100\nbatch: 16\ntasks:\n  in-context-recall:\n    vocabulary: 64\n    pairs: 4\n"
      "    axes: {length: [64]}\n    ladder: [{pairs: 8, length: 256, batch: 4}, {pairs: 0, steps: 7}]\n");
  const auto& settings = battery.tasks[0].settings;
  ASSERT_EQ(settings.size(), 4u);
  const auto shown = [&](std::size_t i) {
    return settings[i].setting.axis + ": " + settings[i].setting.values.text() + ", " +
           std::to_string(settings[i].steps) + " x " + std::to_string(settings[i].batch);
  };
  EXPECT_EQ(shown(0), "baseline: examples=12800 length=128 multi_query=1 pairs=4 vocabulary=64, 100 x 16");
  EXPECT_EQ(shown(1), "length: examples=12800 length=64 multi_query=1 pairs=4 vocabulary=64, 100 x 16");
  EXPECT_EQ(shown(2), "ladder: examples=12800 length=256 multi_query=1 pairs=8 vocabulary=64, 100 x 4");
  EXPECT_EQ(shown(3), "ladder: examples=12800 length=128 multi_query=1 vocabulary=64, 7 x 16");
}

TEST(Battery, RefusesARungThatIsThereAlreadyOrNotPossible) {
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  compression: {ladder: [{length: 8}, {steps: 2, length: 8}]}\n"),
            "b.yaml:4:40: examples=12800 length=8 vocabulary=16 is there already; the baseline is the ladder's first "
            "rung\n"
            "  4 |   compression: {ladder: [{length: 8}, {steps: 2, length: 8}]}\n"
            "    |                                        ^^^^^");
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  in-context-recall: {ladder: [{pairs: 9}]}\n"),
            "b.yaml:4:33: pairs must be from 1 to the number of keys, 8: examples=12800 length=128 multi_query=1 "
            "pairs=9 vocabulary=16\n"
            "  4 |   in-context-recall: {ladder: [{pairs: 9}]}\n"
            "    |                                 ^^^^^");
  EXPECT_NE(error("name: b\nsteps: 1\ntasks: {compression: {ladder: [{}]}}\n").find("is there already"),
            std::string::npos);
}

TEST(Battery, KeepsItsHashWhereASettingThatCameLaterIsAsBefore) {
  const std::string before = "name: b\nsteps: 1\ntasks: {in-context-recall: {}}\n";
  const auto hash = read(before).hash();
  EXPECT_EQ(read("name: b\nsteps: 1\ntasks: {in-context-recall: {pairs: 0, rewritten: 0, train_asked: 0}}\n").hash(),
            hash);
  EXPECT_NE(read("name: b\nsteps: 1\ntasks: {in-context-recall: {train_asked: 1}}\n").hash(), hash);
}

TEST(Battery, KeepsToItsGridIfTold) {
  const std::string tasks = "steps: 1\ntasks: {compression: {}}\n";
  const auto extended = read("name: b\ngrid: {learning_rates: [1e-3, 2e-3]}\n" + tasks);
  const auto alone = read("name: b\ngrid: {learning_rates: [1e-3, 2e-3], extend: false}\n" + tasks);
  EXPECT_TRUE(extended.extend_grid);
  EXPECT_FALSE(alone.extend_grid);
  EXPECT_NE(alone.hash(), extended.hash());
}

TEST(Battery, ScoresByTheBestEpochOrByProgress) {
  const std::string plain = "name: b\nsteps: 1\ntasks: {compression: {}, memorization: {}}\n";
  const auto by = [](const std::string& all, const std::string& one) {
    return read("name: b\nsteps: 1\nmeasure: " + all + "\ntasks: {compression: {}, memorization: {measure: " + one +
                "}}\n");
  };
  const auto mixed = by("progress", "best");
  EXPECT_EQ(mixed.tasks[0].settings[0].measure, Measure::kProgress);
  EXPECT_EQ(mixed.tasks[1].settings[0].measure, Measure::kBest);
  EXPECT_EQ(by("best", "best").hash(), read(plain).hash());
  EXPECT_NE(mixed.hash(), read(plain).hash());
  EXPECT_EQ(error("name: b\nsteps: 1\nprotocol: mad-lab\nmeasure: progress\ntasks: {compression: {}}\n"),
            "b.yaml:3:11: protocol mad-lab scores the best epoch; it has no measure: progress\n"
            "  3 | protocol: mad-lab\n"
            "    |           ^^^^^^^");
}

TEST(Battery, KnowsItsLengthsAndWhetherItIsPartial) {
  auto battery = read(kSmall);
  EXPECT_TRUE(battery.partial());
  EXPECT_EQ(battery.longest(), 255);  // of 256 tokens the last is only a target
  EXPECT_EQ(battery.shortest(), 32);
  EXPECT_EQ(battery.shortest_recall(), 256);  // compression is no recall
  battery =
      read("name: b\nsteps: 1\ntasks: {in-context-recall: {axes: {length: [256]}}, selective-copying: {length: 64}}\n");
  EXPECT_EQ(battery.shortest_recall(), 64);
}

TEST(Battery, HashesWhatChangesAScoreAndNothingElse) {
  const auto hash = read(kSmall).hash();
  EXPECT_EQ(hash.size(), 16u);
  const auto with = [](const std::string& from, const std::string& to) {
    auto yaml = kSmall;
    yaml.replace(yaml.find(from), from.size(), to);
    return read(yaml).hash();
  };
  EXPECT_EQ(with("name: small", "name: other"), hash);
  EXPECT_EQ(with("name: small", "name: small\nseed_deviation: 0.016"), hash);
  EXPECT_EQ(with("0.001,", "1.0e-3,"), hash);
  EXPECT_EQ(with("length: 64,", "multi_query: 1, length: 64,"), hash);
  std::set<std::string> others = {hash};
  for (const auto& [from, to] :
       std::vector<std::pair<std::string, std::string>>{{"steps: 100", "steps: 101"},
                                                        {"0.002", "0.003"},
                                                        {"[0, 0.1]", "[0]"},
                                                        {"[32]", "[48]"},
                                                        {"length: 64", "length: 32"},
                                                        {"weight: 2", "weight: 3"},
                                                        {"batch: 4", "batch: 8"},
                                                        {"examples: 50", "examples: 60"},
                                                        {"name: small", "name: s\nwidth: 64"},
                                                        {"name: small", "name: s\nprotocol: mad-lab"},
                                                        {"name: small", "name: s\nnorm: layernorm"},
                                                        {"name: small", "name: s\nearly_stop: false"},
                                                        {"name: small", "name: s\nevaluate_every: 5"},
                                                        {"name: small", "name: s\nevaluation_examples: 5"}})
    EXPECT_TRUE(others.insert(with(from, to)).second) << to;
}

TEST(Battery, MaySayHowFarScoresDeviateBetweenSeedSets) {
  EXPECT_FALSE(read(kSmall).seed_deviation);
  EXPECT_EQ(read(kSmall + "seed_deviation: 0.016\n").seed_deviation, 0.016);
  EXPECT_EQ(error(kSmall + "seed_deviation: 0\n"),
            "b.yaml:7:17: seed_deviation must be a number from 1e-06 to 1, not \"0\"\n"
            "  7 | seed_deviation: 0\n"
            "    |                 ^");
}

TEST(Battery, HasTheSameHashInEveryBuild) { EXPECT_EQ(load_battery("mad-lab", configs()).hash(), "29dbaaf9a340a247"); }

TEST(Battery, SuggestsTheTaskThatWasMeant) {
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  in-context-recal: {}\n"),
            "b.yaml:4:3: unknown task \"in-context-recal\"\n"
            "  4 |   in-context-recal: {}\n"
            "    |   ^^^^^^^^^^^^^^^^\n"
            "  expected one of: in-context-recall, fuzzy-in-context-recall, noisy-in-context-recall, "
            "selective-copying, compression, memorization\n"
            "  did you mean \"in-context-recall\"?");
}

TEST(Battery, SuggestsTheSettingAndTheAxisThatWereMeant) {
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  compression: {lenght: 8}\n"),
            "b.yaml:4:17: unknown key \"lenght\" in compression\n"
            "  4 |   compression: {lenght: 8}\n"
            "    |                 ^^^^^^\n"
            "  expected one of: axes, batch, epochs, examples, ladder, length, measure, steps, vocabulary, weight\n"
            "  did you mean \"length\"?");
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  compression:\n    axes: {vocabullary: [8]}\n"),
            "b.yaml:5:12: unknown setting \"vocabullary\" of compression\n"
            "  5 |     axes: {vocabullary: [8]}\n"
            "    |            ^^^^^^^^^^^\n"
            "  expected one of: examples, length, vocabulary\n"
            "  did you mean \"vocabulary\"?");
}

TEST(Battery, RefusesSettingsThatAreNotPossible) {
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks:\n  selective-copying: {length: 32}\n"),
            "b.yaml:4:3: length must be at least 2 copies + 2: copies=16 examples=12800 length=32 vocabulary=16\n"
            "  4 |   selective-copying: {length: 32}\n"
            "    |   ^^^^^^^^^^^^^^^^^");
  EXPECT_NE(
      error("name: b\nsteps: 1\ntasks: {selective-copying: {length: 64, axes: all, copies: 4}}\n").find("copies=32"),
      std::string::npos);
  EXPECT_NE(
      error("name: b\nsteps: 1\ntasks: {compression: {axes: {length: [32]}}}\n").find("length=32 is there already"),
      std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\ntasks: {compression: {axes: {length: []}}}\n").find("an axis needs values"),
            std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\ntasks: {compression: {axes: some}}\n").find("  expected one of: all, none"),
            std::string::npos);
}

TEST(Battery, NeedsTasksAndStepsAndAGrid) {
  EXPECT_EQ(error("name: b\nsteps: 1\ntasks: {compression: {weight: 0}}\n"),
            "b.yaml:3:1: a battery needs a task whose weight is above 0\n"
            "  3 | tasks: {compression: {weight: 0}}\n"
            "    | ^^^^^");
  EXPECT_NE(error("name: b\ntasks: {compression: {}}\n").find("compression needs steps or epochs"), std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\n").find("at least one task"), std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\nepochs: 1\ntasks: {compression: {}}\n").find("exclude each other"),
            std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\ngrid: {learning_rates: []}\ntasks: {compression: {}}\n").find("the grid needs"),
            std::string::npos);
  EXPECT_NE(error("name: b\nsteps: 1\ngrid: {learning_rate: 1}\ntasks: {compression: {}}\n").find("learning_rates"),
            std::string::npos);
}

TEST(Batteries, AreAllReadAndOnlyProbesArePartial) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(configs() / "batteries")) {
    const auto battery = load_battery(entry.path().string(), configs());
    EXPECT_EQ(battery.name, entry.path().stem().string());
    EXPECT_EQ(battery.partial(), battery.name.find("probe") != std::string::npos);
    names.insert(battery.name);
  }
  for (const auto* name : {"mad-lab", "standard", "reference", "quick", "probe", "tiny"})
    EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Batteries, OfMadLabHas66SettingsAnd5MillionSteps) {
  const auto battery = load_battery("mad-lab", configs());
  std::size_t settings = 0;
  for (const auto& task : battery.tasks) settings += task.settings.size();
  EXPECT_EQ(settings, 66u);
  EXPECT_EQ(settings * battery.grid.size(), 396u);
  EXPECT_EQ(battery.total_steps(), 5'384'400);
  EXPECT_EQ(battery.protocol, Protocol::kMadLab);
  EXPECT_EQ(battery.longest(), 1024);
}

TEST(Batteries, AreFoundByNameAndSuggested) {
  EXPECT_EQ(load_battery("tiny", configs()).name, "tiny");
  try {
    load_battery("quik", configs());
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find("unknown battery \"quik\""), 0u);
    EXPECT_NE(
        message.find("  expected one of: mad-lab, patient, probe, probe-0.1, quick, quick-0.1, reference, standard, "
                     "standard-0.1, standard-probe, tiny\n  did you mean \"quick\"?"),
        std::string::npos);
  }
}

}  // namespace
}  // namespace madsearch
