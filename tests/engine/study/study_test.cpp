#include "engine/study/study.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>

#include "configs/errors.h"
#include "engine/run/config.h"
#include "search/architecture/graph.h"
#include "search/architecture/sizes.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

Study shipped() { return read_study(configs_folder() / "studies/fidelity.yaml", configs_folder()); }

class StudyLogTest : public ::testing::Test {
 protected:
  StudyLogTest() {
    std::string name = (fs::temp_directory_path() / "madsearch-study-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~StudyLogTest() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST(Study, HasEnoughDesignsInHalvesOfEverySort) {
  const auto study = shipped();
  EXPECT_GE(study.designs.size(), 48u);
  std::map<std::pair<bool, bool>, int> count;  // random, judged
  std::set<std::string> texts;
  for (const auto& design : study.designs) {
    ++count[{design.name == "random", design.judged}];
    EXPECT_TRUE(texts.insert(text(design.genome)).second);
  }
  for (const bool random : {false, true}) EXPECT_LE(std::abs(count[{random, true}] - count[{random, false}]), 1);
  const auto again = shipped();
  for (std::size_t i = 0; i < study.designs.size(); ++i) {
    EXPECT_EQ(text(again.designs[i].genome), text(study.designs[i].genome));
    EXPECT_EQ(again.designs[i].judged, study.designs[i].judged);
  }
}

TEST(Study, ComparesDesignsOfEqualParameters) {
  for (const auto& design : shipped().designs)
    for (const std::int64_t width : {32, 48, 64}) {
      const Shape shape{width, 64};
      const auto target = static_cast<double>(transformer_parameters(4, shape));
      EXPECT_NEAR(static_cast<double>(cost(solve_sizes(design.genome, shape).genome, shape).active()) / target, 1, 0.1)
          << text(design.genome) << " at " << width;
    }
}

TEST(Study, PairsDesignsBySeedAndKeysTrainingsByWhatTheyDependOn) {
  const auto study = shipped();
  const auto battery = load_battery("tiny", configs_folder());
  const auto a = study_requests(battery, study.designs[0], 0), b = study_requests(battery, study.designs[1], 0),
             c = study_requests(battery, study.designs[0], 1);
  EXPECT_EQ(a[0][0].seed, b[0][0].seed);
  EXPECT_NE(a[0][0].seed, c[0][0].seed);
  std::set<std::string> keys;
  for (const auto* requests : {&a, &b, &c})
    for (const auto& row : *requests)
      for (const auto& request : row) EXPECT_TRUE(keys.insert(request.id).second);
  auto same = a[0][0];
  same.id = "other", same.seconds_limit = 7;
  EXPECT_EQ(study_key(same), a[0][0].id);
  same.setting.steps += 1;
  EXPECT_NE(study_key(same), a[0][0].id);
}

TEST_F(StudyLogTest, KeepsWhatWasTrainedAndScoresIt) {
  const auto study = shipped();
  const auto battery = load_battery("tiny", configs_folder());
  const auto& design = study.designs[0];
  StudyLog log(folder_);
  for (const auto& row : study_requests(battery, design, 0))
    for (const auto& request : row) {
      EXPECT_FALSE(study_score(battery, design, 1, log).complete(1));
      TrainReply reply;
      reply.record.id = request.id, reply.record.task = request.setting.setting.task;
      reply.record.validation_b = 1, reply.record.core_seconds = 0.5, reply.record.test_loss = std::nan("");
      reply.curves = {{{1e-3, 0.1}, {{10, 0.25, 1.5}, {20, 0.5, 1}}}};
      log.add("tiny", request, reply);
    }
  const StudyLog read(folder_);
  const auto score = study_score(battery, design, 2, read);
  EXPECT_EQ(score.scores.size(), 1u) << "of the second seed set nothing was trained";
  EXPECT_NEAR(score.scores[0], 1, 1e-9);
  EXPECT_NEAR(score.core_seconds[0], 3.5, 1e-9);  // seven trainings
  const auto* reply = read.find(study_requests(battery, design, 0)[0][0].id);
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->curves.size(), 1u);
  EXPECT_EQ(reply->curves[0].looks[1].accuracy, 0.5);
  EXPECT_TRUE(std::isnan(reply->record.test_loss));
}

TEST_F(StudyLogTest, DropsALastLineThatAKillCutShort) {
  const auto request = study_requests(load_battery("tiny", configs_folder()), shipped().designs[0], 0)[0][0];
  TrainReply reply;
  reply.record.id = request.id;
  { StudyLog(folder_).add("a", request, reply); }
  { std::ofstream(folder_ / "a.jsonl", std::ios::app) << R"({"key":"0123","desi)"; }
  StudyLog log(folder_);
  EXPECT_TRUE(log.find(request.id));
  auto other = request;
  other.id = "fedcba9876543210";
  reply.record.id = other.id;
  log.add("a", other, reply);
  const StudyLog again(folder_);
  EXPECT_TRUE(again.find(request.id));
  EXPECT_TRUE(again.find(other.id));
  { std::ofstream(folder_ / "a.jsonl", std::ios::app) << "{}\n{}\n"; }
  try {
    StudyLog broken(folder_);
    FAIL() << "a line that is no training is not the last";
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()).rfind((folder_ / "a.jsonl").string() + ":3: no training of a study: ", 0), 0u)
        << error.what();
  }
}

}  // namespace
}  // namespace madsearch
