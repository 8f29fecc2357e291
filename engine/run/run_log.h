#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "engine/run/config.h"
#include "engine/run/own_use.h"
#include "results/records.h"

namespace spdlog {
class logger;
}

namespace madsearch {

/// The file `run.log` of a run's folder: a line for each event that people may want to look up later; always one line,
/// whatever stands in the texts of workers and the names of files.
class RunLog {
 public:
  /// Goes on with the file, or makes it. Throws spdlog::spdlog_ex if it can't be written, or if this process has it
  /// open already.
  explicit RunLog(const std::filesystem::path& folder);
  ~RunLog();
  RunLog(const RunLog&) = delete;

  void begins(const RunConfig& config);
  void say(const std::string& sentence);
  void training(const TrainingRecord& record);  // one that failed; others are not worth a line
  void evaluation(const EvaluationRecord& record);
  void searched(std::int64_t evaluations, const std::string& signature);
  void pretrained(const PretrainingRecord& record);
  void attempt_kept(const std::string& id, const std::string& why);  // that should have been forgotten
  void ends(bool interrupted);                                       // else by time
  void slots_busy(double share);                                     // 0..1 of the session
  /// What the program itself took until so many evaluations of this session were done, of so many trainings.
  void own_use(std::int64_t evaluations, std::int64_t trainings, const OwnUse& use);

 private:
  void info(const std::string& text);
  void warn(const std::string& text);
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace madsearch
