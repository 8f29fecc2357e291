// A small pretraining beside the battery: what a search sees of it, and what it is told where the text has changed.
#include "engine/run/text_objective.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "configs/errors.h"
#include "engine/run/battery_evaluator.h"
#include "engine/run/config_reader.h"
#include "engine/run/data_check.h"
#include "engine/run/run.h"
#include "engine/run/run_check.h"
#include "results/front_report.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSetup =
    "data: data\nblocks: 4\nbase_width: 32\nparameters: 5000\nlength: 64\nbatch: 4\n"
    "flops: 1.0e+9\nlearning_rates: [3.0e-3]\n";
constexpr const char* kSearch = R"(
battery: quick
stages: 4
seeds: [transformer++, mamba-swiglu]
text: {setup: mine.yaml, times: 0.5}
objectives: [score, bits_per_byte, state]
search: {evaluations: 24, population: 4, confirm_seeds: 3, confirm_members: 3}
devices: cpu
slots_per_device: 2
)";

class TextObjective : public testing::Test {
 protected:
  TextObjective() {
    fs::create_directory(data_);
    std::ofstream(data_ / "speech.txt") << "Four score and seven years ago";
    write("mine.yaml", kSetup);
  }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }

  RunConfig read(const std::string& search) {
    write("some.yaml", search);
    return read_run(folder_ / "some.yaml", in_source("configs"));
  }

  /// Why the search is refused, with the file's name only.
  std::string refusal(const std::string& search) {
    try {
      read(search);
    } catch (const ConfigError& error) {
      std::string out = error.what();
      for (auto at = out.find(folder_.string() + "/"); at != std::string::npos; at = out.find(folder_.string() + "/"))
        out.erase(at, folder_.string().size() + 1);
      return out;
    }
    return "read";
  }

  static RunConfig stubbed(RunConfig config, const std::string& stub) {
    config.workers.pools[0].command = "MADSEARCH_STUB=milliseconds=1," + stub + " " + in_build("tests/stub_worker");
    return config;
  }
  Ended run(const RunConfig& config, const std::string& stub) {
    return run_search(stubbed(config, stub), {.folder = run_folder()});
  }

  Store store() const { return Store(run_folder() / "search.db", Store::Mode::kRead); }
  fs::path run_folder() const { return folder_ / "run"; }

  const TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path;
  const fs::path data_ = folder_ / "data";
};

std::string with(std::string search, const std::string& from, const std::string& to) {
  return search.replace(search.find(from), from.size(), to);
}

TEST_F(TextObjective, IsTrainedBesideTheBatteryAndNotBesideProbes) {
  const auto config = read(with(kSearch, "battery: quick", "battery: quick\nprobe: probe"));
  ASSERT_EQ(run(config, "looks=1"), Ended::kFinished);
  const auto results = store();
  std::int64_t probes = 0;
  std::int64_t others = 0;
  for (const auto& evaluation : results.evaluations()) {
    const bool reads = evaluation.rung == Rung::kBattery || evaluation.rung == Rung::kConfirm;
    (reads ? others : probes) += 1;
    EXPECT_EQ(evaluation.text.bits_per_byte.has_value(), reads) << evaluation.number;
    const auto training = results.training(evaluation.hash + "/" + to_text(evaluation.rung) + "/" +
                                           std::to_string(evaluation.seed_set) + "/text/0");
    ASSERT_EQ(training.has_value(), reads) << evaluation.number;
    if (!reads) continue;
    EXPECT_EQ(training->text.bits_per_byte, evaluation.text.bits_per_byte);
    EXPECT_NEAR(*evaluation.text.bits_per_byte - *evaluation.text.test_bits_per_byte, 0.01, 1e-9) << "another half";
    EXPECT_FALSE(training->validation_b.has_value());
    EXPECT_EQ(training->learning_rate, 3e-3);
  }
  EXPECT_GT(probes, 5);
  EXPECT_GT(others, 10);
  EXPECT_EQ(problems_of(results, config), std::vector<std::string>{});
}

TEST_F(TextObjective, KeepsDesignsOnTheFrontThatReadBetterThanTheyScore) {
  ASSERT_EQ(run(read(kSearch), "looks=1"), Ended::kFinished);
  const auto front = read_front(store());
  ASSERT_GE(front.front.size(), 2u);
  EXPECT_EQ(front.objectives, (std::vector<std::string>{"score", "bits_per_byte", "state"}));
  EXPECT_EQ(front.box, "score 0..1, bits_per_byte 1..4, state 100..1048576");
  for (const auto& row : front.front) {
    ASSERT_TRUE(row.text_bits && row.text_bits->low) << "the mean of two fresh seeds";
    EXPECT_DOUBLE_EQ(row.objectives[1], row.text_bits->mean);
    EXPECT_GT(*row.text_bits->high, *row.text_bits->low);
  }
}

TEST_F(TextObjective, IsPartOfWhatTheSearchIs) {
  const auto config = read(kSearch);
  EXPECT_NE(config.identity().find("\ntext: flops 500000000; parameters 5000; "), std::string::npos)
      << config.identity();
  EXPECT_EQ(read(with(with(kSearch, "text: {setup: mine.yaml, times: 0.5}\n", ""), "bits_per_byte, ", ""))
                .identity()
                .find("\ntext"),
            std::string::npos)
      << "runs of before have no such line";
  std::ofstream(data_ / "speech.txt", std::ios::app) << " our fathers";
  EXPECT_NE(read(kSearch).identity(), config.identity());
  const auto again = read_run(config.inputs, config.name, StateLength::kServed);
  EXPECT_EQ(again.identity(), config.identity()) << "a run is read from what it kept";
}

TEST_F(TextObjective, IsRefusedWhereItCannotBe) {
  EXPECT_EQ(refusal(with(kSearch, "text: {setup: mine.yaml, times: 0.5}\n", "")),
            "some.yaml:5:13: the objective \"bits_per_byte\" needs `text:`, a small pretraining of every candidate\n"
            "  5 | objectives: [score, bits_per_byte, state]\n"
            "    |             ^");
  EXPECT_EQ(refusal(with(kSearch, ", state]", "]")),
            "some.yaml:6:13: one objective must be a size, as what is bits a byte has no price\n"
            "  6 | objectives: [score, bits_per_byte]\n"
            "    |             ^");
  EXPECT_EQ(refusal(with(kSearch, "setup: mine.yaml", "setup: tini")),
            "some.yaml:5:15: unknown setup \"tini\" in " + in_source("configs/setups") +
                "\n  5 | text: {setup: tini, times: 0.5}\n"
                "    |               ^^^^\n"
                "  expected one of: small, small-card, small-conv, small-long, small-no-conv, tiny\n"
                "  did you mean \"tiny\"?");
  EXPECT_EQ(refusal(with(kSearch, "setup: mine.yaml, ", "")),
            "some.yaml:5:7: text needs the key \"setup\"\n  5 | text: {times: 0.5}\n    |       ^");
  write("mine.yaml", with(kSetup, "3.0e-3", "1.0e-3, 3.0e-3"));
  EXPECT_EQ(refusal(kSearch),
            "some.yaml:5:15: setup \"mine\" tries 2 learning rates by the documents that the search chooses by; beside "
            "a battery it takes a setup with one\n"
            "  5 | text: {setup: mine.yaml, times: 0.5}\n"
            "    |               ^^^^^^^^^");
}

TEST_F(TextObjective, GoesOnWithNoOtherText) {
  const auto config = read(kSearch);
  const std::atomic<bool> stop = true;
  EXPECT_EQ(run_search(stubbed(config, "looks=1"), {.folder = run_folder(), .interrupted = &stop}),
            Ended::kInterrupted);
  std::ofstream(data_ / "speech.txt", std::ios::app) << " our fathers";
  try {
    run(config, "looks=1");
    FAIL();
  } catch (const OtherData& error) {
    EXPECT_EQ(std::string(error.what()),
              "the data in " + data_.string() +
                  " is not what it was when the run was begun (speech.txt has changed), so pretrainings "
                  "on it would not compare with others; what is finished is saved, and `madsearch resume " +
                  run_folder().string() + " --config FILE` goes on with the data where FILE says that it is now");
  }
}

/// An evaluator with a stub that can't read its text, and what is thrown where the text is looked at again.
TEST_F(TextObjective, BlamesChangedTextOnNoDesign) {
  const auto config = read(kSearch);
  const Architectures space(config.limits);
  Store results(folder_ / "search.db", Store::Mode::kWrite);
  auto workers = config.workers;
  workers.pools[0].command = "MADSEARCH_STUB=unread=1 " + in_build("tests/stub_worker");
  Coordinator coordinator(workers, {});
  BatteryEvaluator evaluator(
      config, space, results, {}, coordinator, [] { return false; }, [] { throw OtherData("it has changed"); });
  evaluator.start({.text = expanded_text(config.seeds[0].genome), .rung = Rung::kBattery});
  EXPECT_THROW(evaluator.wait(), OtherData);
  for (const auto& training : results.trainings()) EXPECT_NE(training.record.task, "text");
}

TEST_F(TextObjective, MayBeWhatIsRecalled) {
  ASSERT_EQ(run(read(with(kSearch, "bits_per_byte", "bits_per_byte_recall")), "looks=1"), Ended::kFinished);
  for (const auto& row : read_front(store()).front) EXPECT_DOUBLE_EQ(row.objectives[1], row.text_bits_recall->mean);
}

}  // namespace
}  // namespace madsearch
