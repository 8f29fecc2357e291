#include "watched_run.h"

#include <sys/stat.h>

#include "answers.h"
#include "candidate.h"
#include "candidate_view.h"
#include "compare_view.h"
#include "engine/run/directory.h"
#include "results/store_lock.h"
#include "search_view.h"
#include "why_view.h"

namespace madsearch {
namespace {

constexpr auto kLook = std::chrono::milliseconds(500);
constexpr int kShare = 20;  // of the time, one part goes into reading

/// Size and time of the last change; "" of a file that isn't there.
std::string state_of(const std::string& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) != 0) return "";
  return std::to_string(found.st_size) + "." + std::to_string(found.st_mtim.tv_sec) + "." +
         std::to_string(found.st_mtim.tv_nsec);
}

}  // namespace

std::string WatchedRun::stamp() {
  const std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (now < quiet_until_) return stamp_;
  quiet_until_ = now + kLook;
  const auto store = folder_ + "/search.db";
  stamp_ = state_of(store) + " " + state_of(store + "-wal") + (is_written(store) ? " written" : "") + " " +
           stamp_of_answers(questions_);
  return stamp_;
}

std::string WatchedRun::view(std::int64_t from) {
  const std::lock_guard lock(mutex_);
  const auto begin = Clock::now();
  const auto run = standing_run(folder_);
  auto out = Value(search_view(run, folder_, Trainings::kTimes, from)).compact_json();
  rest_after(begin);
  return out;
}

/// Says of no change for as long as keeps reading, which began then, within its share of the time.
void WatchedRun::rest_after(Clock::time_point begin) {
  const auto end = Clock::now();
  quiet_until_ = end + kShare * (end - begin);
}

std::string WatchedRun::show(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto store = store_in(folder_);
  return candidate_view(store, candidate_of(store, id)).record.compact_json();
}

std::string WatchedRun::why(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto begin = Clock::now();
  const auto store = store_in(folder_);
  const auto candidate = candidate_of(store, id);
  const FrontReasons reasons(store, expected_deviation(store, folder_));
  auto out = why_view(reasons, folder_, candidate).record.compact_json();
  rest_after(begin);
  return out;
}

std::string WatchedRun::compare(const std::string& a, const std::string& other, const std::string& b) {
  const std::lock_guard lock(mutex_);
  const auto begin = Clock::now();
  const auto store = store_in(folder_);
  const ComparedRun run(store, folder_);
  const auto other_store = store_in(other);
  const ComparedRun other_run(other_store, other);
  const auto first = run.design({candidate_of(store, a)});
  const auto second = other_run.design({candidate_of(other_store, b)});
  check_comparable(first, second);
  auto out = compare_view(first, second, run).record.compact_json();
  rest_after(begin);
  return out;
}

std::string WatchedRun::questions(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return Value(answers_about(questions_, candidate_of(store_in(folder_), id).hash)).compact_json();
}

}  // namespace madsearch
