#include "engine/dispatch/requests.h"

#include <algorithm>
#include <utility>

#include "engine/dispatch/answers.h"
#include "engine/dispatch/placement.h"

namespace madsearch {

std::set<Job>::const_iterator Requests::next_for(const Slot& slot, SlotClock::time_point now) const {
  return std::find_if(queue_.begin(), queue_.end(),
                      [&](const Job& job) { return may_take(workforce_.slots, slot, job, now); });
}

std::optional<Job> Requests::take_for(const Slot& slot, SlotClock::time_point now) {
  const auto next = next_for(slot, now);
  if (next == queue_.end()) return {};
  return std::move(queue_.extract(next).value());
}

bool Requests::is_witness(const Slot& slot) const {
  return std::any_of(held_.begin(), held_.end(), [&](const Job& job) { return madsearch::is_witness(slot, job); });
}

void Requests::settle(Job job) {
  if (const auto outcome = proven(workforce_.slots, job, attempts_)) {
    if (!std::holds_alternative<ExamineRequest>(job.request)) health_.gave_up(subject_of(job.request));
    answer(answer_without_result(job, *outcome));
  } else if (repeated(job.failures, attempts_)) {
    held_.push_back(std::move(job));
  } else {
    add(std::move(job));
  }
}

void Requests::settle_held() {
  for (auto& job : std::exchange(held_, {})) settle(std::move(job));
}

void Requests::acquit(const Slot& slot) {
  std::set<Job> waiting;
  while (!queue_.empty()) {
    auto job = std::move(queue_.extract(queue_.begin()).value());
    madsearch::acquit(slot, job);
    waiting.insert(std::move(job));
  }
  queue_ = std::move(waiting);
  for (auto& other : workforce_.slots)
    if (other.job) madsearch::acquit(slot, *other.job);
  for (auto& job : held_) madsearch::acquit(slot, job);
  settle_held();
}

std::optional<Job> Requests::cancel(const std::string& id) {
  const auto is_it = [&](const Job& job) { return job.id == id; };
  if (const auto found = std::find_if(queue_.begin(), queue_.end(), is_it); found != queue_.end())
    return std::move(queue_.extract(found).value());
  const auto found = std::find_if(held_.begin(), held_.end(), is_it);
  if (found == held_.end()) return {};
  auto out = std::move(*found);
  held_.erase(found);
  return out;
}

std::optional<Reply> Requests::next_answer() {
  if (ready_.empty()) return {};
  auto out = std::move(ready_.front());
  ready_.pop_front();
  return out;
}

void Requests::for_each(const std::function<void(const Job&)>& visit) const {
  for (const auto& job : queue_) visit(job);
  for (const auto& job : held_) visit(job);
}

}  // namespace madsearch
