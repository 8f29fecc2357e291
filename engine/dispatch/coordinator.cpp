#include "engine/dispatch/coordinator.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <deque>
#include <stdexcept>

#include "configs/errors.h"
#include "engine/dispatch/answers.h"
#include "engine/dispatch/devices.h"
#include "engine/dispatch/slot.h"
#include "engine/version.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

using Clock = SlotClock;
using Kind = WorkerEvent::Kind;

constexpr int start_attempts = 3;       // in a row, before a slot is given up
constexpr double restart_delay = 0.2;   // seconds, times the failures so far
constexpr double examine_seconds = 60;  // a kernel that hangs is to cost its primitive only

/// Seconds; 0 for none. A worker keeps a training's itself, unless it is stuck.
double time_limit(const Request& request) {
  if (const auto* train = std::get_if<TrainRequest>(&request)) return train->seconds_limit;
  return std::holds_alternative<ExamineRequest>(request) ? examine_seconds : 0;
}

std::string died(std::int64_t times) { return "its worker died " + std::to_string(times) + " times"; }

void check(const WorkerOptions& options) {
  const auto at_least_one = [](const char* name, std::int64_t value) {
    if (value < 1) throw std::invalid_argument(name + (" is " + std::to_string(value)) + ", at least 1 is needed");
  };
  at_least_one("slots_per_device", options.slots_per_device);
  at_least_one("attempts", options.attempts);
  if (options.devices.empty()) throw std::invalid_argument("devices is empty, at least one is needed");
  for (const auto& device : options.devices) worker_environment(device);  // throws for what can't be
}

}  // namespace

struct Coordinator::Impl {
  Coordinator& self;
  WorkerOptions options;
  Attempts attempts;
  std::vector<Slot> slots;
  std::vector<Job> queue;
  std::int64_t submitted = 0;
  std::deque<Reply> ready;
  bool greeted = false;         // some worker has said hello
  bool other_revision = false;  // some worker is of another revision, and that was said
  int failures_before_hello = 0;
  Clock::time_point made = Clock::now();
  Clock::time_point start_due = Clock::time_point::max();  // when a slot that failed is tried again

  Patience patience() const { return {options.start_seconds, options.silence_seconds}; }

  void tell(const WorkerEvent& event) const {
    if (self.on_event) self.on_event(event);
  }

  void remark(const Slot& slot, std::string what) const { tell(slot.event(Kind::kRemark, std::move(what))); }

  std::int64_t under_way() const {
    return std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.job.has_value(); });
  }

  /// Gives waiting requests to idle workers and starts workers if there are fewer than requests.
  void distribute(Clock::time_point now) {
    for (auto& slot : slots)
      if (slot.idle()) launch(slot);
    start_workers(now);
    if (!queue.empty() && std::all_of(slots.begin(), slots.end(), [](const Slot& s) { return s.given_up; }))
      throw ConfigError("no worker is left: each has failed to start " + std::to_string(start_attempts) +
                        " times in a row");
  }

  void start_workers(Clock::time_point now) {
    start_due = Clock::time_point::max();
    const auto free = std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.process && !s.job; });
    auto wanted = static_cast<std::ptrdiff_t>(queue.size()) - free;
    for (auto& slot : slots) {
      if (wanted <= 0) return;
      if (slot.process || slot.given_up) continue;
      --wanted;
      if (now < slot.next_start)
        start_due = std::min(start_due, slot.next_start);
      else
        slot.start(options.command);
    }
  }

  void launch(Slot& slot) {
    while (!queue.empty()) {
      const auto first = std::min_element(queue.begin(), queue.end());
      auto job = std::move(*first);
      queue.erase(first);
      job.attempt = std::max<std::int64_t>(job.attempt + 1, attempts.begin(job.id));
      if (job.attempt > options.attempts) {  // earlier ones were in another process
        attempts.forget(job.id);
        ready.push_back(without_result(job.request, Outcome::kLost, died(job.attempt - 1)));
        continue;
      }
      const auto limit = time_limit(job.request);
      slot.give(std::move(job), limit > 0 ? limit + options.silence_seconds : 0);
      return;
    }
  }

  /// The slot's process has ended, or is ended now because of `what`: the next one tries its request again.
  void replace(Slot& slot, Kind kind, std::string what) {
    const bool greeted_before = slot.hello.has_value();
    const auto how = slot.end();
    if (kind == Kind::kDied) what = "ended: " + how;
    if (!greeted_before) return failed_start(slot, what);
    auto event = slot.event(kind, what);
    if (!slot.job) return tell(event);
    auto job = slot.take_job();
    event.request = job.id;
    event.attempt = job.attempt;
    event.attempts = options.attempts;
    tell(event);
    if (job.attempt < options.attempts)
      queue.push_back(std::move(job));
    else
      ready.push_back(without_result(job.request, Outcome::kLost, died(job.attempt) + "; the last one " + what));
  }

  void failed_start(Slot& slot, const std::string& what) {
    ++slot.failed_starts;
    slot.failed_to_start(restart_delay * slot.failed_starts);
    auto event = slot.event(Kind::kFailedToStart, what);
    if (!greeted && ++failures_before_hello >= start_attempts)
      throw ConfigError(to_text(event) + "; " + std::to_string(start_attempts) +
                        " starts have failed\nits command: " + options.command);
    slot.given_up = slot.failed_starts >= start_attempts;
    event.given_up = slot.given_up;
    tell(event);
  }

  void hear(Slot& slot, const std::string& line) {
    Message message;
    try {
      message = from_line(line);
    } catch (const std::invalid_argument& error) {
      return replace(slot, Kind::kGarbage, std::string("said what is no message (") + error.what() + ")");
    }
    slot.unanswered.reset();
    if (auto* hello = std::get_if<Hello>(&message)) return greet(slot, std::move(*hello));
    if (!slot.hello) return replace(slot, Kind::kGarbage, "said no hello first");
    if (std::holds_alternative<Pong>(message)) return;
    if (const auto* progress = std::get_if<Progress>(&message)) return hear(slot, *progress);
    if (auto* reply = std::get_if<Reply>(&message)) return hear(slot, std::move(*reply));
    replace(slot, Kind::kGarbage, "said what only a coordinator says");
  }

  void hear(const Slot& slot, const Progress& progress) const {
    if (slot.job && slot.job->id == progress.id && self.on_progress) self.on_progress(progress);
  }

  void hear(Slot& slot, Reply reply) {
    const auto* error = std::get_if<ErrorReply>(&reply);
    const bool of_no_request = error && !error->id;
    if (of_no_request && !slot.job) return remark(slot, "says: " + error->error);
    // A worker has one request at a time: an error without an id is that one's.
    if (!slot.job || (!of_no_request && id_of(reply) != slot.job->id))
      return remark(slot, "answered \"" + id_of(reply) + "\", which it was not asked; ignored");
    if (error) return finish(slot, without_result(slot.job->request, Outcome::kFailed, error->error));
    if (!answers(reply, slot.job->request)) return replace(slot, Kind::kGarbage, "gave an answer of the wrong kind");
    set_provenance(reply, slot.provenance());
    finish(slot, std::move(reply));
  }

  void greet(Slot& slot, Hello hello) {
    if (hello.messages != kMessagesVersion)
      throw ConfigError(slot.name() + " speaks messages of " +
                        (hello.messages == 0 ? "an older version" : "version " + std::to_string(hello.messages)) +
                        ", this madsearch " + std::to_string(kMessagesVersion) +
                        ": the two are of different versions\nits command: " + options.command);
    if (hello.scoring != kScoring)
      throw ConfigError(slot.name() + " scores in another way than this madsearch (scoring " +
                        std::to_string(hello.scoring) + ", here " + std::to_string(kScoring) +
                        "): their scores must not be mixed\nits command: " + options.command);
    if (hello.revision != kRevision && !other_revision) {
      other_revision = true;
      remark(slot, "was built from revision " + hello.revision + ", this madsearch from " + kRevision +
                       "; both score in the same way");
    }
    slot.greeted(std::move(hello));
    greeted = true;
  }

  void finish(Slot& slot, Reply answer) {
    ready.push_back(std::move(answer));
    slot.take_job();
    slot.measure_memory();
  }

  void check_time(Slot& slot, Clock::time_point now) {
    char limit[32];
    std::snprintf(limit, sizeof limit, "%g", slot.patience(patience()));
    if (slot.silent(patience(), now))
      return replace(slot, Kind::kSilent, std::string("was silent for ") + limit + " s");
    if (slot.overdue(now)) return replace(slot, Kind::kOverdue, "was not done long after its time limit");
    if (slot.hello && now >= slot.next_ping) slot.ping(patience());
  }

  /// When something is due without a line arriving.
  Clock::time_point next_due() const {
    auto due = start_due;
    for (const auto& slot : slots)
      if (slot.process) due = std::min(due, slot.next_due(patience()));
    return due;
  }

  /// Sleeps until a worker says something, something is due or `deadline` has come. False if a signal came first.
  bool sleep(Clock::time_point deadline) const {
    std::vector<pollfd> polled;
    for (const auto& slot : slots) {
      if (!slot.process) continue;
      polled.push_back({slot.process->output(), POLLIN, 0});
      if (slot.process->wants_to_write()) polled.push_back({slot.process->input(), POLLOUT, 0});
    }
    const auto left = std::chrono::duration<double, std::milli>(std::min(deadline, next_due()) - Clock::now()).count();
    const auto timeout = static_cast<int>(std::clamp(std::ceil(left), 0.0, 1e6));
    return poll(polled.data(), polled.size(), timeout) >= 0 || errno != EINTR;
  }

  void listen(Slot& slot) {
    slot.process->flush();
    const auto* process = slot.process.get();
    for (const auto& line : slot.process->read_lines()) {
      hear(slot, line);
      if (slot.process.get() != process) return;  // replaced: what else it said is not listened to
    }
    if (slot.process->closed()) replace(slot, Kind::kDied, "");
  }

  /// Waits for lines until `deadline`, handles what there is. False if a signal came first.
  bool pump(Clock::time_point deadline) {
    if (!sleep(deadline)) return false;
    for (auto& slot : slots)
      if (slot.process) listen(slot);
    const auto now = Clock::now();
    for (auto& slot : slots)
      if (slot.process) check_time(slot, now);
    distribute(now);
    return true;
  }
};

Coordinator::Coordinator(WorkerOptions options, Attempts attempts)
    : impl_(new Impl{*this, std::move(options), std::move(attempts), {}, {}, {}}) {
  check(impl_->options);
  for (std::int64_t i = 0; i < impl_->options.slots_per_device; ++i)  // the first workers are on different devices
    for (const auto& device : impl_->options.devices) {
      auto& slot = impl_->slots.emplace_back();
      slot.number = impl_->slots.size();
      slot.device = device;
    }
}

Coordinator::~Coordinator() {
  for (auto& slot : impl_->slots)
    if (slot.job) impl_->attempts.forget(slot.job->id);
}

std::int64_t Coordinator::slots() const { return static_cast<std::int64_t>(impl_->slots.size()); }

std::int64_t Coordinator::waiting() const {
  return static_cast<std::int64_t>(impl_->queue.size() + impl_->ready.size()) + impl_->under_way();
}

void Coordinator::submit(Request request, std::int64_t turn, double cost) {
  auto id = id_of(request);
  impl_->queue.push_back({std::move(request), std::move(id), turn, cost, impl_->submitted++});
  impl_->distribute(Clock::now());
}

std::optional<Reply> Coordinator::wait(double seconds) {
  const auto deadline = after(Clock::now(), std::max(0.0, seconds));
  do {
    if (!impl_->pump(impl_->ready.empty() ? deadline : Clock::now())) break;
  } while (impl_->ready.empty() && Clock::now() < deadline);
  if (impl_->ready.empty()) return {};
  auto out = std::move(impl_->ready.front());
  impl_->ready.pop_front();
  return out;
}

std::vector<SlotUse> Coordinator::use() const {
  const auto now = Clock::now();
  std::vector<SlotUse> out;
  for (const auto& slot : impl_->slots) out.push_back(slot.use(impl_->made, now));
  return out;
}

std::vector<Hello> Coordinator::workers() const {
  std::vector<Hello> out;
  for (const auto& slot : impl_->slots)
    if (slot.hello) out.push_back(*slot.hello);
  return out;
}

}  // namespace madsearch
