#include "engine/worker/room.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/dispatch/memory_share.h"

namespace madsearch {
namespace {

/// A training in the form that it was last made in.
class Fitted {
 public:
  Fitted(const Fitting& training, std::int64_t bytes) : training_(training), bytes_(bytes) {}

  void make(const ReplicaPlan& plan) {
    plan_ = plan;
    training_.make(plan_);
  }
  void predict() { memory_ = training_.memory(plan_); }

  /// Where memory runs out while it is predicted, it needs more than there is.
  void try_to_make(const ReplicaPlan& plan) {
    make(plan);
    try {
      predict();
    } catch (const c10::OutOfMemoryError&) {
      if (plan_.at_once == 1 && plan_.step.parts >= training_.most_parts()) throw;
      memory_ = {0, std::numeric_limits<double>::infinity()};
    }
  }

  /// Bytes with so many replicas at once.
  double needed(std::int64_t at_once) const {
    return memory_.stays + memory_.passing * static_cast<double>(at_once) / static_cast<double>(plan_.at_once);
  }
  double needed() const { return needed(plan_.at_once); }
  bool ran_out() const { return std::isinf(memory_.passing); }
  bool fits() const { return has_room((plan_.step.recorder ? 2 : 1) * needed(), bytes_); }

  void give_up_recording() {
    if (fits() || !plan_.step.recorder) return;
    auto computed = plan_;
    computed.step.recorder = {};
    make(computed);
  }

  void give_up_replicas() {
    while (!fits() && plan_.at_once > 1) {
      auto fewer = plan_;
      if (ran_out())
        fewer.at_once /= 2;
      else
        do --fewer.at_once;
        while (fewer.at_once > 1 && !has_room(needed(fewer.at_once), bytes_));
      try_to_make(fewer);
    }
  }

  void part_batches() {
    const auto most = training_.most_parts();
    while (!fits() && plan_.step.parts < most && !is_hopeless(memory_.stays, bytes_)) {
      auto smaller = plan_;
      smaller.step.parts = std::min(2 * plan_.step.parts, most);
      try_to_make(smaller);
    }
  }

  const ReplicaPlan& plan() const { return plan_; }
  NoRoom no_room() const { return {needed(), bytes_, plan_.at_once, plan_.step.parts}; }

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

ReplicaPlan fit(const Fitting& training, const ReplicaPlan& whole, std::int64_t bytes, bool on_cpu) {
  Fitted fitted(training, bytes);
  if (on_cpu) {
    fitted.make(whole);
    fitted.predict();
    if (fitted.needed() > static_cast<double>(bytes)) throw fitted.no_room();
    return whole;
  }
  fitted.try_to_make(whole);
  fitted.give_up_recording();
  fitted.give_up_replicas();
  fitted.part_batches();
  if (is_hopeless(fitted.needed(), bytes)) throw fitted.no_room();
  return fitted.plan();
}

}  // namespace madsearch
