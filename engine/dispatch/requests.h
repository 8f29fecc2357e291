#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/dispatch/health.h"
#include "engine/dispatch/job.h"
#include "engine/dispatch/workforce.h"

namespace madsearch {

/// The requests that no worker has: those that wait for one, those that have failed often enough though it isn't known
/// yet whether they are to blame, and the answers that nobody has taken.
class Requests {
 public:
  /// `attempts`: that end in the same way before a request is given up.
  Requests(Workforce& workforce, Health& health, std::int64_t attempts)
      : workforce_(workforce), health_(health), attempts_(attempts) {}

  void add(Job job) { queue_.insert(std::move(job)); }
  std::size_t queued() const { return queue_.size(); }
  std::size_t open() const { return queue_.size() + held_.size() + ready_.size(); }
  /// Whether one of those that wait may go to this slot.
  bool has_one_for(const Slot& slot, SlotClock::time_point now) const { return next_for(slot, now) != queue_.end(); }
  /// The first of those that wait that may.
  std::optional<Job> take_for(const Slot& slot, SlotClock::time_point now);
  /// Would a success of the slot tell more about one that is held?
  bool is_witness(const Slot& slot) const;

  /// What becomes of a request that has failed: it is tried again, or it has come to nothing, or that isn't known yet.
  void settle(Job job);
  /// The same of those of which it wasn't known, as a slot has worked meanwhile.
  void settle_held();
  /// Failures on the slot count no longer, unless it has worked since. What has too few of them now is tried again.
  void acquit(const Slot& slot);
  /// Removes it, if it is there.
  std::optional<Job> cancel(const std::string& id);

  void answer(Reply reply) { ready_.push_back(std::move(reply)); }
  bool any_answer() const { return !ready_.empty(); }
  std::optional<Reply> next_answer();

  void for_each(const std::function<void(const Job&)>& visit) const;  // that has no answer

 private:
  std::set<Job>::const_iterator next_for(const Slot& slot, SlotClock::time_point now) const;

  Workforce& workforce_;
  Health& health_;
  std::int64_t attempts_;
  std::set<Job> queue_;
  std::vector<Job> held_;
  std::deque<Reply> ready_;
};

}  // namespace madsearch
