#include "engine/study/study_log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "configs/errors.h"
#include "configs/folder.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

/// A training of docs/reference/quick.jsonl.
TrainRequest quick() {
  TrainRequest out;
  out.design = "[mesa_net swiglu{inner=3}]x2";
  out.setting.setting.task = "in-context-recall";
  out.setting.setting.values = {{"examples", 12800}, {"length", 24}, {"multi_query", 1}, {"vocabulary", 8}};
  out.setting.steps = 600;
  out.setting.batch = 32;
  out.setting.train_examples = 12800;
  out.setting.evaluation_examples = 256;
  out.grid = {{0.007, 0}};
  out.seed = 7995163293172759041u;
  out.width = 32;
  return out;
}

/// A training of docs/reference/reference.jsonl: not stopped early, a grid of two.
TrainRequest reference() {
  auto out = quick();
  out.design = "[mesa_net swiglu{inner=8/3}]x2";
  out.setting.setting.values = {{"examples", 12800}, {"length", 32}, {"multi_query", 1}, {"vocabulary", 12}};
  out.setting.setting.axis = "vocabulary";
  out.setting.steps = 1500;
  out.grid = {{0.003, 0}, {0.009, 0}};
  out.width = 48;
  out.evaluate_every = 50;
  out.early_stop = false;
  return out;
}

/// A training of the battery mad-lab.
TrainRequest mad_lab() {
  auto out = quick();
  out.design = "[mesa_net swiglu{inner=11/4}]x2";
  out.setting.setting.values = {{"examples", 12800}, {"length", 128}, {"multi_query", 1}, {"vocabulary", 16}};
  out.setting.steps = 20000;
  out.setting.batch = 128;
  out.setting.evaluation_examples = 1280;
  out.grid = {{0.0001, 0}, {0.0001, 0.1}, {0.0005, 0}, {0.0005, 0.1}, {0.001, 0}, {0.001, 0.1}};
  out.width = 128;
  out.protocol = Protocol::kMadLab;
  return out;
}

TEST(StudyKey, NeverChanges) {
  EXPECT_EQ(study_key(quick()), "c8226f7d23f835c0");
  EXPECT_EQ(study_key(reference()), "fd0547e2d8e32b7c");
  EXPECT_EQ(study_key(mad_lab()), "f13e9e34aa65ad50");

  auto noisy = quick();  // of docs/reference/pool-medium.jsonl
  noisy.setting.setting.task = "noisy-in-context-recall";
  noisy.setting.setting.values = {{"examples", 12800},     {"length", 32},          {"multi_query", 1},
                                  {"noise_fraction", 0.3}, {"noise_vocabulary", 4}, {"vocabulary", 12}};
  noisy.setting.steps = 500;
  noisy.setting.batch = 16;
  EXPECT_EQ(study_key(noisy), "94ec1a0cad98f28b");

  auto distilled = quick();
  distilled.distil = true;
  EXPECT_EQ(study_key(distilled), "78f6721c7f020f0d");

  auto layernorm = reference();
  layernorm.norm = "layernorm";
  EXPECT_EQ(study_key(layernorm), "00e504b3c44b0332");

  auto stopped = reference();
  stopped.early_stop = true;
  EXPECT_EQ(study_key(stopped), "553b101dc0161616");
}

TEST(StudyKey, IsOfWhatTheResultDependsOn) {
  auto same = quick();
  same.id = "other";
  same.seconds_limit = 7;
  EXPECT_EQ(study_key(same), study_key(quick()));
}

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string text_of(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file, std::ios::binary).rdbuf();
  return out.str();
}

/// A request with what a line of a log says of it.
TrainRequest request_of(const Json& line) {
  TrainRequest out;
  out.id = line.at("key");
  out.design = line.at("design");
  out.width = line.at("width");
  out.seed = line.at("seed");
  out.setting.batch = line.at("batch");
  out.setting.steps = line.at("steps");
  std::istringstream values(line.at("values").get<std::string>());
  for (std::string pair; values >> pair;) {
    const auto split = pair.find('=');
    out.setting.setting.values.set(pair.substr(0, split), std::stod(pair.substr(split + 1)));
  }
  return out;
}

/// A folder of logs that is removed at the end.
class StudyLogLines : public ::testing::Test {
 protected:
  StudyLogLines() {
    std::string name = (fs::temp_directory_path() / "madsearch-log-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~StudyLogLines() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(StudyLogLines, AreWrittenAsTheStoredOnesWere) {
  const auto stored = configs_folder().parent_path() / "docs/reference/reference.jsonl";
  std::ifstream in(stored);
  std::string first;
  for (std::string line; std::getline(in, line) && first.size() < 100'000;) first += line + "\n";
  ASSERT_FALSE(first.empty()) << stored;
  fs::create_directories(folder_ / "old");
  std::ofstream(folder_ / "old/reference.jsonl") << first;
  const StudyLog old(folder_ / "old");
  StudyLog log(folder_ / "new");
  std::istringstream lines(first);
  for (std::string line; std::getline(lines, line);) {
    const auto request = request_of(Json::parse(line));
    const auto* reply = old.find(request.id);
    ASSERT_TRUE(reply) << line;
    log.add("reference", request, *reply);
  }
  EXPECT_EQ(text_of(folder_ / "new/reference.jsonl"), first);
}

TEST_F(StudyLogLines, OfAnotherScoringAreNoResults) {
  auto request = quick();
  request.id = study_key(request);
  TrainReply reply;
  reply.record.id = request.id;
  StudyLog(folder_).add("a", request, reply);
  EXPECT_TRUE(StudyLog(folder_).find(request.id));
  auto line = Json::parse(text_of(folder_ / "a.jsonl"));
  EXPECT_EQ(line.at("scoring"), kScoring);

  line["scoring"] = kScoring + 1;
  std::ofstream(folder_ / "a.jsonl") << line.dump() << "\n";
  EXPECT_FALSE(StudyLog(folder_).find(request.id));

  line.erase("scoring");
  std::ofstream(folder_ / "a.jsonl") << line.dump() << "\n";
  EXPECT_EQ(StudyLog(folder_).find(request.id) != nullptr, kScoring == 1);
}

TEST_F(StudyLogLines, OfAnotherScoringAreKnownAsSuch) {
  auto request = quick();
  request.id = study_key(request);
  TrainReply reply;
  reply.record.id = request.id;
  StudyLog(folder_).add("a", request, reply);
  EXPECT_EQ(StudyLog(folder_).scored_otherwise(), 0);
  auto line = Json::parse(text_of(folder_ / "a.jsonl"));
  line["scoring"] = kScoring + 1;
  std::ofstream(folder_ / "a.jsonl") << line.dump() << "\n";
  StudyLog log(folder_);
  EXPECT_EQ(log.scored_otherwise(), 1);
  EXPECT_EQ(log.find(request.id), nullptr);
  log.add("a", request, reply);
  EXPECT_NE(log.find(request.id), nullptr);
}

TEST_F(StudyLogLines, AreDroppedOnlyWhereAKillCutThemShort) {
  auto request = quick();
  request.id = study_key(request);
  TrainReply reply;
  reply.record.id = request.id;
  StudyLog(folder_).add("a", request, reply);
  const auto whole = text_of(folder_ / "a.jsonl");
  std::ofstream(folder_ / "a.jsonl") << whole << whole.substr(0, 40);
  EXPECT_TRUE(StudyLog(folder_).find(request.id));
  std::ofstream(folder_ / "a.jsonl") << whole << R"({"key": 3})"
                                     << "\n";
  try {
    StudyLog log(folder_);
    FAIL();
  } catch (const ConfigError& error) {
    const std::string said = error.what();
    EXPECT_EQ(said.find((folder_ / "a.jsonl").string() + ":2: no training of a study: "), 0u) << said;
  }
}

}  // namespace
}  // namespace madsearch
