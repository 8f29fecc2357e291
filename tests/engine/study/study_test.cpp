#include "engine/study/study.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "configs/errors.h"
#include "configs/folder.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

fs::path shipped_file() { return configs_folder() / "studies/fidelity.yaml"; }

Study shipped() { return read_study(shipped_file()); }

/// The message with which a study of these designs is refused.
std::string refusal(const fs::path& folder, const std::string& designs) {
  const auto file = folder / "study.yaml";
  std::ofstream(file) << "designs:\n" << designs;
  try {
    read_study(file);
  } catch (const ConfigError& error) {
    return std::string(error.what()).substr(file.string().size());
  }
  return "no error";
}

/// An empty folder for each test.
class StudyFolderTest : public ::testing::Test {
 protected:
  const TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path;
};

using StudyLogTest = StudyFolderTest;

TEST(Study, HasEnoughDesignsInHalvesOfEverySort) {
  const auto study = shipped();
  EXPECT_GE(study.designs.size(), 48u);
  std::map<std::pair<bool, bool>, int> count;  // random, judged
  for (const auto& design : study.designs) ++count[{design.name == "random", design.judged}];
  for (const bool random : {false, true}) EXPECT_LE(std::abs(count[{random, true}] - count[{random, false}]), 1);
}

TEST(Study, IsFrozen) {
  // A hash of hashes, halves and order. The tables of docs/fidelity.md and the trainings of docs/reference are those of
  // these designs: if this fails, configs/studies/fidelity.yaml was edited, and they have to be made again.
  Seed all;
  for (const auto& design : shipped().designs)
    all = all.derive(hash(design.genome) + (design.judged ? " judged " : " choosing ") + design.family);
  EXPECT_EQ(hexadecimal(all.value), "57cc95649a7ec597");
}

TEST_F(StudyFolderTest, IsReadFromItsFileAloneWhateverHandDesignsShip) {
  // There are no hand designs beside this copy, and none has the names that it gives.
  std::ifstream in(shipped_file());
  std::ofstream out(folder_ / "study.yaml");
  for (std::string line; std::getline(in, line);)
    out << (line.starts_with("  - origin: ") ? "  - origin: no-such-design" : line) << "\n";
  out.close();
  const auto copy = read_study(folder_ / "study.yaml");
  const auto study = shipped();
  ASSERT_EQ(copy.designs.size(), study.designs.size());
  for (std::size_t i = 0; i < study.designs.size(); ++i) {
    EXPECT_EQ(copy.designs[i].name, "no-such-design");
    EXPECT_EQ(copy.designs[i].genome, study.designs[i].genome);
    EXPECT_EQ(copy.designs[i].family, study.designs[i].family);
    EXPECT_EQ(copy.designs[i].judged, study.designs[i].judged);
  }
}

TEST_F(StudyFolderTest, SaysWhatToDoWhereATextNoLongerHasItsHash) {
  EXPECT_EQ(
      refusal(folder_, "  - {origin: mine, family: attention, half: judged, hash: 0123456789abcdef, text: mlp}\n"),
      ":2:59: this text now has the hash 9a3f664a08138ef4, not 0123456789abcdef\n"
      "  2 |   - {origin: mine, family: attention, half: judged, hash: 0123456789abcdef, text: mlp}\n"
      "    |                                                           ^^^^^^^^^^^^^^^^\n"
      "  The trainings of this design are stored under the old hash, so its tables would no longer be its own.\n"
      "  If the text stands as it did, a primitive or the way texts are written has changed: a knob that a stored\n"
      "  text lacks must take the value that it had before and stay unwritten there, so that old hashes keep.\n"
      "  If the text was edited, write the new hash here and train this design anew (`madsearch bench battery`).");
}

TEST_F(StudyFolderTest, RefusesADesignThatIsListedTwiceOrNoneAtAll) {
  const std::string one =
      "  - {origin: mine, family: none, half: judged, hash: " + hash(parse("mlp")) + ", text: mlp}\n";
  EXPECT_EQ(refusal(folder_, one), "no error");
  EXPECT_NE(refusal(folder_, one + one).find("this design is listed twice"), std::string::npos);
  EXPECT_NE(refusal(folder_, "  []\n").find("a study needs the key \"designs\": a list of designs"), std::string::npos);
}

TEST(Study, ComparesDesignsOfEqualParameters) {
  for (const auto& design : shipped().designs)
    EXPECT_NEAR(solve_sizes(design.genome, {1024, 64}).residual, 0, 0.1) << text(design.genome);
}

TEST(Study, PairsDesignsBySeedAndKeysTrainingsByWhatTheyDependOn) {
  const auto study = shipped();
  const auto battery = load_battery("tiny", configs_folder());
  const auto a = study_requests(battery, study.designs[0], 0);
  const auto b = study_requests(battery, study.designs[1], 0);
  const auto c = study_requests(battery, study.designs[0], 1);
  EXPECT_EQ(a[0][0].seed, b[0][0].seed);
  EXPECT_NE(a[0][0].seed, c[0][0].seed);
  std::set<std::string> keys;
  for (const auto* requests : {&a, &b, &c})
    for (const auto& row : *requests)
      for (const auto& request : row) EXPECT_TRUE(keys.insert(request.id).second);
  auto same = a[0][0];
  same.id = "other";
  same.seconds_limit = 7;
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
      reply.record.id = request.id;
      reply.record.task = request.setting.setting.task;
      reply.record.validation_b = 1;
      reply.record.core_seconds = 0.5;
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
  EXPECT_FALSE(reply->record.test_loss);
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
