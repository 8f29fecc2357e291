#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// 16 hex digits of all that a pretraining's result depends on. `content`: of the data (engine/run/data_content.h),
/// wherever it lies.
std::string pretraining_key(const PretrainRequest& request, const std::string& content);

/// Pretrainings of a study, in a folder of text files (log_lines.h). Not thread-safe.
class PretrainingLog {
 public:
  /// Reads every *.jsonl of `folder`, which may be missing. Lines of another kScoring are no results: their designs
  /// would be sized or begun otherwise now. ConfigError for a line that is no pretraining.
  explicit PretrainingLog(std::filesystem::path folder);
  const PretrainingRecord* find(const std::string& key) const;  // nullptr if it was not trained yet
  const std::filesystem::path& folder() const { return folder_; }
  std::int64_t scored_otherwise() const { return scored_otherwise_; }
  /// Appends to `name`.jsonl, on disk when it returns. `seed_set` is for readers of the file.
  void add(const std::string& name, const std::string& key, std::int64_t seed_set, const PretrainingRecord& record);

 private:
  std::filesystem::path folder_;
  std::map<std::string, PretrainingRecord> records_;
  std::int64_t scored_otherwise_ = 0;
};

}  // namespace madsearch
