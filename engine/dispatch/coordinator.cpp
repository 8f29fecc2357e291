#include "engine/dispatch/coordinator.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <utility>
#include <vector>

#include "configs/text.h"
#include "engine/dispatch/coordinator_impl.h"
#include "engine/dispatch/readable.h"

namespace madsearch {
namespace {

using Clock = SlotClock;
using Kind = WorkerEvent::Kind;

constexpr double look = 0.01;      // seconds between two looks at a process that leaves
constexpr double seldom_look = 1;  // the same, at one that is stuck

}  // namespace

void Coordinator::Impl::check_time(Connection& connection, Clock::time_point now) {
  if (connection.silent(now))
    return replace(connection,
                   {.kind = Kind::kSilent, .what = "was silent for " + shown("%g s", connection.patience())});
  for (auto* slot : connection.slots) {
    if (!slot->overdue(now)) continue;
    overdue(*slot);
    if (!connection.process) return;
  }
  if (connection.hello && now >= connection.next_ping) connection.ping();
}

void Coordinator::Impl::overdue(Slot& slot) {
  const bool started = slot.has_started();
  if (slot.connection->is_pool()) call_off(slot);
  fail(slot, {.kind = Kind::kOverdue,
              .what = started ? "was not done long after its time limit" : "did not begin what it was given",
              .excused = !started});
}

Clock::time_point Coordinator::Impl::next_due(Clock::time_point now) const {
  auto due = start_due;
  for (const auto& connection : workforce.connections) {
    if (connection.process) due = std::min(due, connection.next_due());
    if (connection.leaving) due = std::min(due, after(now, connection.is_stuck() ? seldom_look : look));
  }
  for (const auto& slot : workforce.slots) {
    if (slot.job)
      due = std::min(due, slot.due());
    else if (slot.next_turn > distributed && (requests.queued() > 0 || requests.is_witness(slot)))
      due = std::min(due, slot.next_turn);
  }
  requests.for_each([&](const Job& job) {
    if (job.waits_until > distributed) due = std::min(due, job.waits_until);
  });
  return due;
}

void Coordinator::Impl::see_off(Connection& connection) {
  if (!connection.leaving) return;
  if (!connection.leaving->left()) {
    if (connection.is_stuck() && !trouble) stuck(connection);
    return;
  }
  watchdog.release(connection.leaving->pid());
  connection.leaving.reset();
  if (std::exchange(connection.told_stuck, false)) unusable.reset();
}

void Coordinator::Impl::end_workers() {
  std::vector<Process*> processes;
  for (auto& connection : workforce.connections) {
    if (connection.process) connection.end();
    if (connection.leaving) processes.push_back(connection.leaving.get());
  }
  end_together(processes);
  for (auto& connection : workforce.connections) see_off(connection);
}

bool Coordinator::Impl::sleep(Clock::time_point until, int descriptor) const {
  std::vector<pollfd> polled = {{descriptor, POLLIN, 0}};
  for (const auto& connection : workforce.connections) {
    if (!connection.process) continue;
    polled.push_back({connection.process->output(), POLLIN, 0});
    if (connection.process->wants_to_write()) polled.push_back({connection.process->input(), POLLOUT, 0});
  }
  const auto left = std::chrono::duration<double, std::milli>(until - Clock::now()).count();
  const auto timeout = static_cast<int>(std::clamp(std::ceil(left), 0.0, 1e6));
  return poll(polled.data(), polled.size(), timeout) >= 0 || errno != EINTR;
}

void Coordinator::Impl::listen(Connection& connection) {
  connection.process->flush();
  const auto* process = connection.process.get();
  for (const auto& line : connection.process->read_lines()) {
    hear(connection, line);
    if (connection.process.get() != process || trouble) return;  // replaced: what else it said is not listened to
  }
  if (connection.process->closed()) replace(connection, {.kind = Kind::kDied});
}

bool Coordinator::Impl::pump(Clock::time_point deadline, int descriptor) {
  const auto until = std::min(deadline, next_due(Clock::now()));
  pauses.begins(Clock::now());
  const bool slept = sleep(until, descriptor);
  const auto now = Clock::now();
  paused = pauses.ends(until, now);
  if (paused > 0) shift(paused);
  if (!slept) return false;
  for (auto& connection : workforce.connections) see_off(connection);
  for (auto& connection : workforce.connections)
    if (connection.process && !trouble) listen(connection);
  for (auto& connection : workforce.connections)
    if (connection.process && !trouble) check_time(connection, now);
  if (!trouble) distribute(now);
  return true;
}

void Coordinator::Impl::shift(double seconds) {
  for (auto& connection : workforce.connections)
    if (connection.process) connection.shift(seconds);
  for (auto& slot : workforce.slots)
    if (slot.connection->process) slot.shift(seconds);
}

void Coordinator::Impl::forget(const Job& job) const {
  if (job.begun) attempts.forget(job.id);
}

void Coordinator::Impl::cancel(const std::string& id) {
  if (const auto job = requests.cancel(id)) return forget(*job);
  for (auto& slot : workforce.slots) {
    if (!slot.job || slot.job->check || slot.job->id != id) continue;
    call_off(slot);
    return forget(slot.take_job());
  }
}

void Coordinator::Impl::tell(const WorkerEvent& event) const {
  if (self.on_event) self.on_event(event);
}

std::int64_t Coordinator::Impl::under_way() const {
  return std::count_if(workforce.slots.begin(), workforce.slots.end(),
                       [](const Slot& s) { return s.job && !s.job->check; });
}

Coordinator::Coordinator(WorkerOptions options, Attempts attempts)
    : impl_(new Impl{*this, Mps(options), options, std::move(attempts)}) {
  if (options.eager) impl_->distribute(Clock::now());
}

Coordinator::~Coordinator() {
  impl_->end_workers();
  for (const auto& slot : impl_->workforce.slots)
    if (slot.job) impl_->forget(*slot.job);
  impl_->requests.for_each([this](const Job& job) { impl_->forget(job); });
}

const std::string& Coordinator::sharing() const { return impl_->mps.note(); }

std::int64_t Coordinator::slots() const { return impl_->workforce.expected(); }

std::int64_t Coordinator::present() const { return impl_->workforce.present(); }

std::int64_t Coordinator::waiting() const {
  return static_cast<std::int64_t>(impl_->requests.open()) + impl_->under_way();
}

void Coordinator::submit(Request request, std::int64_t turn, double cost) {
  Job job;
  job.id = id_of(request);
  job.request = std::move(request);
  job.turn = turn;
  job.cost = cost;
  job.number = impl_->submitted++;
  impl_->requests.add(std::move(job));
  if (!impl_->trouble) impl_->distribute(Clock::now());
}

std::optional<Reply> Coordinator::wait(double seconds, int descriptor) {
  const auto deadline = after(Clock::now(), std::max(0.0, seconds));
  auto& requests = impl_->requests;
  while (!impl_->trouble) {
    if (!impl_->pump(requests.any_answer() ? Clock::now() : deadline, descriptor)) break;
    if (requests.any_answer() || Clock::now() >= deadline || readable(descriptor)) break;
  }
  if (!requests.any_answer() && impl_->trouble && seconds > 0) std::rethrow_exception(impl_->trouble);
  return requests.next_answer();
}

void Coordinator::cancel(const std::string& id) { impl_->cancel(id); }

std::vector<SlotUse> Coordinator::use() const { return impl_->workforce.use(); }

SlotStates Coordinator::states() const { return impl_->workforce.states(); }

std::vector<PoolUse> Coordinator::pools() const { return impl_->workforce.pools(impl_->options.pools); }

std::vector<Hello> Coordinator::workers() const { return impl_->workforce.hellos(); }

}  // namespace madsearch
