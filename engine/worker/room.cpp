#include "engine/worker/room.h"

#include <algorithm>
#include <cmath>

#include "engine/dispatch/memory_share.h"

namespace madsearch {
namespace {

constexpr double kLittle = 8;  // what needs so little of the memory need not be known better

bool has_room(double needed, std::int64_t bytes) { return kMemoryError * needed <= static_cast<double>(bytes); }

bool is_hopeless(double needed, std::int64_t bytes) { return needed > kMemoryError * static_cast<double>(bytes); }

/// A training in the form that it was last made in.
class Fitted {
 public:
  Fitted(const Fitting& training, std::int64_t bytes) : training_(training), bytes_(bytes) {}

  void make(const ReplicaPlan& plan) {
    plan_ = plan;
    training_.make(plan_);
    memory_ = training_.memory(plan_);
  }

  /// Bytes with so many replicas at once.
  double needed(std::int64_t at_once) const {
    return memory_.stays + memory_.passing * static_cast<double>(at_once) / static_cast<double>(plan_.at_once);
  }
  double needed() const { return needed(plan_.at_once); }
  bool fits() const { return has_room((plan_.step.recorder ? 2 : 1) * needed(), bytes_); }

  void give_up_recording() {
    if (fits() || !plan_.step.recorder) return;
    plan_.step.recorder = {};
    training_.make(plan_);
  }

  void give_up_replicas() {
    auto fewer = plan_;
    while (fewer.at_once > 1 && !has_room(needed(fewer.at_once), bytes_)) --fewer.at_once;
    if (fewer.at_once < plan_.at_once) make(fewer);
  }

  void part_batches() {
    const auto most = training_.most_parts();
    while (!fits() && plan_.at_once == 1 && plan_.step.parts < most) {
      auto smaller = plan_;
      smaller.step.parts = std::min(2 * plan_.step.parts, most);
      make(smaller);
    }
  }

  void check() const {
    if (is_hopeless(needed(), bytes_)) throw NoRoom{needed(), bytes_, plan_.at_once, plan_.step.parts};
  }

 private:
  const Fitting& training_;
  const std::int64_t bytes_;
  ReplicaPlan plan_;
  TrainingMemory memory_;
};

}  // namespace

std::string to_text(const NoRoom& why) {
  auto who = why.replicas > 1 ? "its " + std::to_string(why.replicas) + " replicas need" : "one replica alone needs";
  if (why.parts > 1) who = "one replica, its batches in " + std::to_string(why.parts) + " parts, needs";
  return "not tried: " + who + " " + shown_bytes(std::llround(why.needed)) + " of memory, this worker may take " +
         shown_bytes(why.there) + " of its device's";
}

bool is_clear(double passing, std::int64_t at_once, std::int64_t bytes) {
  return kLittle * passing < static_cast<double>(bytes) || is_hopeless(passing / static_cast<double>(at_once), bytes);
}

void fit(const Fitting& training, const ReplicaPlan& whole, std::int64_t bytes, bool on_cpu) {
  Fitted fitted(training, bytes);
  fitted.make(whole);
  if (!on_cpu) {
    fitted.give_up_recording();
    fitted.give_up_replicas();
    fitted.part_batches();
  }
  fitted.check();
}

}  // namespace madsearch
