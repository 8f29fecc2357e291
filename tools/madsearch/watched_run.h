#pragma once
#include <chrono>
#include <mutex>
#include <string>

namespace madsearch {

/// A run that others may write while its page is shown. Thread-safe. Opens the store to read it and lets it go again.
class WatchedRun {
 public:
  /// `questions`: the folder of answers about designs (answers.h).
  WatchedRun(std::string folder, std::string questions)
      : folder_(std::move(folder)), questions_(std::move(questions)) {}
  const std::string& folder() const { return folder_; }

  /// Changes when there is more to see. At most twice a second, and so rarely that reading it anew takes no more than
  /// a twentieth of a core's time.
  std::string stamp();
  /// search_view as JSON. Throws as store_in.
  std::string view(std::int64_t from);
  /// What `show` prints of a candidate as JSON. Throws as store_in and candidate_of.
  std::string show(const std::string& id);
  /// What `why` prints of a candidate as JSON. Throws as show.
  std::string why(const std::string& id);
  /// What `compare` prints of a candidate and one of the run in `other` as JSON. Throws as show, and ConfigError if
  /// they are the same or the runs don't compare.
  std::string compare(const std::string& a, const std::string& other, const std::string& b);
  /// The answers about a candidate as a list of JSON. Throws as show and answers_about.
  std::string questions(const std::string& id);

 private:
  using Clock = std::chrono::steady_clock;
  void rest_after(Clock::time_point begin);
  const std::string folder_, questions_;
  std::mutex mutex_;
  std::string stamp_;
  Clock::time_point quiet_until_;
};

}  // namespace madsearch
