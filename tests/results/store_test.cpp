#include "results/store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <set>
#include <type_traits>
#include <vector>

#include "results/fields.h"
#include "store_records.h"

namespace madsearch {
namespace {

/// Compares all fields that results/fields.h lists.
template <class Record>
void expect_equal(const Record& a, const Record& b) {
  std::vector<const void*> others;
  fields(b, [&](const char*, const auto& value) { others.push_back(&value); });
  std::size_t at = 0;
  fields(a, [&](const char* name, const auto& value) {
    using Fact = std::remove_reference_t<decltype(value)>;
    EXPECT_EQ(value, *static_cast<Fact*>(others[at++])) << name;
  });
}

TEST_F(StoreTest, KeepsEveryFieldOfACandidate) {
  writer().put(candidate());
  const auto found = reader().candidates();
  ASSERT_EQ(found.size(), 1);
  expect_equal(found[0], candidate());
}

TEST_F(StoreTest, KeepsEveryFieldOfAnEvaluation) {
  writer().put(evaluation(3));
  const auto found = reader().evaluations();
  ASSERT_EQ(found.size(), 1);
  expect_equal(found[0], evaluation(3));
}

TEST_F(StoreTest, KeepsEveryFieldOfATraining) {
  writer().put(training("x/battery/0/selective-copying/7"), 12);
  const auto store = reader();
  const auto found = store.training("x/battery/0/selective-copying/7");
  ASSERT_TRUE(found);
  expect_equal(*found, training("x/battery/0/selective-copying/7"));
  EXPECT_EQ(store.trainings(12).size(), 1);
  EXPECT_EQ(store.trainings(11).size(), 0);
  EXPECT_FALSE(store.training("y"));
}

TEST_F(StoreTest, KeepsWhatWasNotMeasuredAbsent) {
  writer().put(TrainingRecord{.id = "x", .outcome = Outcome::kDiverged}, 1);
  writer().put(EvaluationRecord{.number = 1, .finished = true, .outcome = Outcome::kDiverged});
  writer().put(PretrainingRecord{.hash = "x", .outcome = Outcome::kFailed});
  const auto store = reader();
  expect_equal(*store.training("x"), TrainingRecord{.id = "x", .outcome = Outcome::kDiverged});
  EXPECT_FALSE(store.training("x")->test_loss);
  EXPECT_FALSE(store.evaluations()[0].score);
  EXPECT_FALSE(store.pretrainings()[0].bits_per_byte);
}

TEST_F(StoreTest, KeepsEveryFieldOfAPretraining) {
  writer().put(pretraining());
  const auto found = reader().pretrainings();
  ASSERT_EQ(found.size(), 1);
  expect_equal(found[0], pretraining());
}

template <class Record>
std::set<std::string> names_of_fields() {
  std::set<std::string> out;
  Record record;
  fields(record, [&](const char* name, const auto&) { EXPECT_TRUE(out.insert(name).second) << name; });
  return out;
}

TEST_F(StoreTest, HasTheColumnsThatTheRecordsList) {
  { auto store = writer(); }
  SQLite::Database database(file().string());
  const auto columns = [&](const std::string& table) {
    std::set<std::string> out;
    SQLite::Statement statement(database, "SELECT name FROM pragma_table_info(?)");
    statement.bind(1, table);
    while (statement.executeStep()) out.insert(statement.getColumn(0).getString());
    return out;
  };
  EXPECT_EQ(columns("candidates"), names_of_fields<CandidateRecord>());
  EXPECT_EQ(columns("evaluations"), names_of_fields<EvaluationRecord>());
  EXPECT_EQ(columns("pretrainings"), names_of_fields<PretrainingRecord>());
  auto of_training = names_of_fields<TrainingRecord>();
  of_training.insert("evaluation");
  EXPECT_EQ(columns("trainings"), of_training);
}

TEST_F(StoreTest, AnswersInTheOrderOfBirthAndNumber) {
  auto store = writer();
  for (const int n : {3, 1, 2}) {
    auto record = candidate();
    record.hash = std::to_string(9 - n);
    record.born = n;
    store.put(record);
    store.put(evaluation(n));
  }
  EXPECT_EQ(store.candidates()[0].born, 1);
  EXPECT_EQ(store.candidates()[2].born, 3);
  EXPECT_EQ(store.evaluations()[0].number, 1);
  EXPECT_EQ(store.evaluations()[2].number, 3);
}

TEST_F(StoreTest, WritingTwiceChangesNothing) {
  auto store = writer();
  for (int i = 0; i < 2; ++i) {
    store.put(candidate());
    store.put(evaluation(1));
    store.put(training("t"), 1);
    store.put(pretraining());
  }
  EXPECT_EQ(store.candidates().size(), 1);
  EXPECT_EQ(store.evaluations().size(), 1);
  EXPECT_EQ(store.trainings(1).size(), 1);
  EXPECT_EQ(store.pretrainings().size(), 1);
}

TEST_F(StoreTest, CountsTrainingsByTaskAndOutcome) {
  for (const auto* id : {"a", "b"}) writer().put(TrainingRecord{.id = id, .task = "compression"}, 1);
  writer().put(TrainingRecord{.id = "c", .task = "compression", .outcome = Outcome::kDiverged}, 1);
  writer().put(TrainingRecord{.id = "d", .task = "memorization"}, 2);
  const std::map<std::pair<std::string, Outcome>, std::int64_t> counts = {{{"compression", Outcome::kOk}, 2},
                                                                          {{"compression", Outcome::kDiverged}, 1},
                                                                          {{"memorization", Outcome::kOk}, 1}};
  EXPECT_EQ(writer().training_counts(), counts);
}

TEST_F(StoreTest, GivesAllTrainingsByEvaluationAndTheirTimesAlone) {
  auto store = writer();
  const auto first = training("a");
  const auto second = training("b");
  store.put(second, 2);
  store.put(first, 1);
  const auto whole = store.trainings();
  ASSERT_EQ(whole.size(), 2u);
  EXPECT_EQ(whole[0].evaluation, 1);
  EXPECT_EQ(whole[0].record.id, "a");
  EXPECT_EQ(whole[1].record.test, second.test);
  const auto times = store.training_times();
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[1].evaluation, 2);
  EXPECT_EQ(times[1].record.task, second.task);
  EXPECT_EQ(times[1].record.message, second.message);
  EXPECT_EQ(times[1].record.provenance.started, second.provenance.started);
  EXPECT_EQ(times[1].record.provenance.host, second.provenance.host);
  EXPECT_FALSE(times[1].record.test);
}

TEST_F(StoreTest, KeepsTheFirstBirthOfACandidateAndTheLastStateOfAnEvaluation) {
  auto store = writer();
  auto later = candidate();
  later.born = 99;
  store.put(candidate());
  store.put(later);
  EXPECT_EQ(store.candidates()[0].born, candidate().born);
  auto running = evaluation(1);
  running.finished = false;
  store.put(running);
  store.put(evaluation(1));
  EXPECT_TRUE(store.evaluations()[0].finished);
}

TEST_F(StoreTest, KeepsMetaAndMissesNone) {
  auto store = writer();
  store.put_meta("config", "a: 1\n");
  store.put_meta("config", "a: 2\n");
  EXPECT_EQ(store.meta("config"), "a: 2\n");
  EXPECT_EQ(store.meta("seed"), "");
}

TEST_F(StoreTest, CountsAttempts) {
  auto store = writer();
  EXPECT_EQ(store.begin_attempt("a"), 1);
  EXPECT_EQ(store.begin_attempt("a"), 2);
  EXPECT_EQ(store.begin_attempt("b"), 1);
  store.forget_attempts("a");
  EXPECT_EQ(store.begin_attempt("a"), 1);
  EXPECT_EQ(store.begin_attempt("b"), 2) << "another's were forgotten";
  store.forget_attempts("never begun");
  EXPECT_EQ(store.begin_attempt("never begun"), 1);
}

TEST_F(StoreTest, ForgetsTheAttemptThatDiedWithTheCoordinatorButNoEarlierOne) {
  {
    auto store = writer();
    store.begin_attempt("once");
    store.begin_attempt("twice");
    store.begin_attempt("twice");
  }
  auto store = writer();
  EXPECT_EQ(store.begin_attempt("once"), 1);
  EXPECT_EQ(store.begin_attempt("twice"), 2);
}

TEST_F(StoreTest, KeepsNoAttemptsAtWhatIsAnswered) {
  auto store = writer();
  store.begin_attempt("answered");
  store.put(training("answered"), 1);
  EXPECT_EQ(store.begin_attempt("answered"), 1);
}

TEST_F(StoreTest, KeepsInputsAsAWhole) {
  writer().put_inputs({{"config", "seed: 1"}, {"battery quick", "name: quick"}});
  writer().put_inputs({{"config", "seed: 2"}});
  EXPECT_EQ(reader().inputs(), (std::map<std::string, std::string>{{"config", "seed: 2"}}));
}

TEST_F(StoreTest, HoldsResultsFromTheFirstTrainingOn) {
  auto store = writer();
  store.put(evaluation(1));
  EXPECT_FALSE(store.holds_results());
  store.put(training("t"), 1);
  EXPECT_TRUE(store.holds_results());
  store.clear();
  EXPECT_FALSE(store.holds_results());
  EXPECT_TRUE(store.evaluations().empty());
}

TEST_F(StoreTest, TellsWhatKindsOfDeviceTrained) {
  auto store = writer();
  const auto on = [&](const std::string& id, std::optional<std::string> device) {
    auto record = training(id);
    record.provenance.device = std::move(device);
    store.put(record, 1);
  };
  EXPECT_TRUE(store.kinds_of_device().empty());
  on("a", "cuda:1 NVIDIA H100 80GB HBM3");
  on("b", "cuda:0 NVIDIA H100 80GB HBM3");
  on("c", "cpu");
  on("d", std::nullopt);
  on("e", "cuda:3");
  EXPECT_EQ(store.kinds_of_device(), (std::vector<std::string>{"cpu", "cuda", "cuda NVIDIA H100 80GB HBM3"}));
}

}  // namespace
}  // namespace madsearch
