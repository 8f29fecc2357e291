#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// 16 hex digits of all that a training's result depends on (its id and its time limit do not), so that batteries that
/// ask for the same training share its result.
std::string study_key(const TrainRequest& request);

/// The trainings of a study, in a folder of text files that git can hold: NAME.jsonl, a training a line, appended as it
/// is answered. A last line that a kill cut short, which has no end of line, is dropped. Not thread-safe.
class StudyLog {
 public:
  /// Reads every *.jsonl of `folder`, which may be missing. A line whose "scoring" is not kScoring is no result: its
  /// training would be scored otherwise now. A line without it has 1. ConfigError for a line that is no training.
  explicit StudyLog(std::filesystem::path folder);
  const TrainReply* find(const std::string& key) const;  // nullptr if it was not trained yet
  /// Trainings under another kScoring, whose designs may be written otherwise too.
  std::int64_t scored_otherwise() const { return scored_otherwise_; }
  /// Appends to `name`.jsonl, on disk when it returns. ConfigError if that cannot be written.
  void add(const std::string& name, const TrainRequest& request, const TrainReply& reply);

 private:
  void add_line(const std::string& line);  // throws std::exception if it is no training
  std::filesystem::path folder_;
  std::map<std::string, TrainReply> replies_;
  std::int64_t scored_otherwise_ = 0;
};

}  // namespace madsearch
