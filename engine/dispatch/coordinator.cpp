#include "engine/dispatch/coordinator.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <deque>
#include <limits>
#include <stdexcept>
#include <tuple>

#include "configs/errors.h"
#include "engine/dispatch/devices.h"
#include "engine/dispatch/process.h"

namespace madsearch {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int start_attempts = 3;       // in a row, before a slot is given up
constexpr double restart_delay = 0.2;   // seconds, times the failures so far
constexpr double examine_seconds = 60;  // a kernel that hangs is to cost its primitive only

double seconds(Clock::duration time) { return std::chrono::duration<double>(time).count(); }

Clock::time_point after(Clock::time_point from, double seconds) {
  return from + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::min(seconds, 1e8)));
}

bool answers(const Reply& reply, const Request& request) {
  return std::visit(
      [&](const auto& asked) {
        return std::holds_alternative<typename std::remove_cvref_t<decltype(asked)>::Answer>(reply);
      },
      request);
}

/// The answer to a request that has no result.
struct WithoutResult {
  Outcome outcome;
  std::string why;

  Reply operator()(const TrainRequest& request) const {
    TrainReply out;
    out.record.id = request.id;
    out.record.task = request.setting.setting.task;
    out.record.outcome = outcome;
    out.record.message = why;
    return out;
  }
  Reply operator()(const PretrainRequest& request) const {
    PretrainReply out;
    out.id = request.id;
    out.record.text = request.design;
    out.record.outcome = outcome;
    out.record.message = why;
    return out;
  }
  Reply operator()(const BenchRequest& request) const { return ErrorReply{request.id, why}; }
  Reply operator()(const ExamineRequest& request) const { return ErrorReply{request.id, why}; }
};

Reply without_result(const Request& request, Outcome outcome, const std::string& why) {
  return std::visit(WithoutResult{outcome, why}, request);
}

/// Seconds; 0 for none. A worker keeps a training's itself, unless it is stuck.
double time_limit(const Request& request) {
  if (const auto* train = std::get_if<TrainRequest>(&request)) return train->seconds_limit;
  return std::holds_alternative<ExamineRequest>(request) ? examine_seconds : 0;
}

struct Job {
  Request request;
  std::string id;
  std::int64_t turn = 0;
  double cost = 0;
  std::int64_t number = 0;  // of its submission; kept when it is tried again
  int attempt = 0;
  bool operator<(const Job& other) const {
    return std::tuple(turn, -cost, number) < std::tuple(other.turn, -other.cost, other.number);
  }
};

/// A slot of a device and the process that serves it now, if any.
struct Slot {
  std::size_t number = 0;  // 1, 2, ... in events
  std::string device;
  std::unique_ptr<Process> process;
  std::optional<Hello> hello;
  std::optional<Job> job;
  std::optional<Clock::time_point> unanswered;  // since when it owes us a line
  Clock::time_point job_limit = Clock::time_point::max(), next_ping, next_start;
  Clock::time_point began;  // of the process, then of the job
  Clock::time_point last_answer;
  SlotUse use;  // without what goes on now
  int failed_starts = 0;
  bool given_up = false;
  std::string name() const { return "worker " + std::to_string(number) + " (" + device + ")"; }
};

}  // namespace

struct Coordinator::Impl {
  Coordinator& self;
  WorkerOptions options;
  Attempts attempts;
  std::vector<Slot> slots;
  std::vector<Job> queue;
  std::int64_t submitted = 0;
  std::deque<Reply> ready;
  bool greeted = false;  // some worker has said hello
  int failures_before_hello = 0;
  Clock::time_point made = Clock::now();
  Clock::time_point start_due = Clock::time_point::max();  // when a slot that failed is tried again

  void event(const std::string& sentence) const {
    if (self.on_event) self.on_event(sentence);
  }

  std::size_t under_way() const {
    return static_cast<std::size_t>(
        std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.job.has_value(); }));
  }

  /// Gives waiting requests to idle workers and starts workers if there are fewer than requests.
  void distribute(Clock::time_point now) {
    for (auto& slot : slots)
      if (slot.hello && !slot.job) launch(slot, now);
    start_due = Clock::time_point::max();
    auto wanted = static_cast<std::ptrdiff_t>(queue.size()) -
                  std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.process && !s.job; });
    for (auto& slot : slots) {
      if (wanted <= 0) break;
      if (slot.process || slot.given_up) continue;
      --wanted;
      if (now < slot.next_start) {
        start_due = std::min(start_due, slot.next_start);
        continue;
      }
      slot.process = std::make_unique<Process>(options.command, worker_environment(slot.device));
      slot.unanswered = now;
      slot.began = now;
    }
    if (!queue.empty() && std::all_of(slots.begin(), slots.end(), [](const Slot& s) { return s.given_up; }))
      throw ConfigError("no worker is left: each has failed to start " + std::to_string(start_attempts) +
                        " times in a row");
  }

  void launch(Slot& slot, Clock::time_point now) {
    while (!queue.empty()) {
      const auto first = std::min_element(queue.begin(), queue.end());
      auto job = std::move(*first);
      queue.erase(first);
      job.attempt = std::max(job.attempt + 1, attempts.begin(job.id));
      if (job.attempt > options.attempts) {  // earlier ones were in another process
        attempts.forget(job.id);
        ready.push_back(without_result(job.request, Outcome::kLost,
                                       "its worker died " + std::to_string(job.attempt - 1) + " times"));
        continue;
      }
      slot.process->write_line(to_line(job.request));
      const auto limit = time_limit(job.request);
      slot.job_limit = limit > 0 ? after(now, limit + options.silence_seconds) : Clock::time_point::max();
      slot.job = std::move(job);
      slot.began = Clock::now();
      return;
    }
  }

  void ping(Slot& slot, Clock::time_point now) {
    slot.process->write_line(to_line(Ping{}));
    if (!slot.unanswered) slot.unanswered = now;
    slot.next_ping = after(now, std::min(5.0, options.silence_seconds / 4));
  }

  /// Ends the slot's process. `why` is empty if it ended itself.
  void replace(Slot& slot, std::string why) {
    const auto how = slot.process->end();
    why = why.empty() ? "ended: " + how : why;
    const bool greeted_before = slot.hello.has_value();
    slot.process.reset(), slot.hello.reset(), slot.unanswered.reset();
    if (!greeted_before) return failed_start(slot, why);
    if (!slot.job) return event(slot.name() + " " + why);
    auto job = std::move(*slot.job);
    freed(slot);
    event(slot.name() + " " + why + "; attempt " + std::to_string(job.attempt) + " of " +
          std::to_string(options.attempts));
    if (job.attempt < options.attempts)
      queue.push_back(std::move(job));
    else
      ready.push_back(without_result(job.request, Outcome::kLost,
                                     "its worker died " + std::to_string(job.attempt) + " times; the last one " + why));
  }

  void freed(Slot& slot) {
    slot.job.reset();
    slot.job_limit = Clock::time_point::max();
    slot.last_answer = Clock::now();
    slot.use.busy += seconds(slot.last_answer - slot.began);
    ++slot.use.requests;
  }

  void failed_start(Slot& slot, const std::string& why) {
    slot.use.starting += seconds(Clock::now() - slot.began);
    slot.next_start = after(Clock::now(), restart_delay * ++slot.failed_starts);
    const auto sentence = slot.name() + " " + why + ", before it said hello";
    if (!greeted && ++failures_before_hello >= start_attempts)
      throw ConfigError(sentence + "; " + std::to_string(start_attempts) +
                        " starts have failed\nits command: " + options.command);
    slot.given_up = slot.failed_starts >= start_attempts;
    event(sentence + (slot.given_up ? "; given up" : ""));
  }

  void hear(Slot& slot, const std::string& line) {
    Message message;
    try {
      message = from_line(line);
    } catch (const std::invalid_argument& error) {
      return replace(slot, std::string("said what is no message (") + error.what() + ")");
    }
    slot.unanswered.reset();
    if (auto* hello = std::get_if<Hello>(&message)) return greet(slot, std::move(*hello));
    if (!slot.hello) return replace(slot, "said no hello first");
    if (std::holds_alternative<Pong>(message)) return;
    if (const auto* progress = std::get_if<Progress>(&message)) return hear(slot, *progress);
    if (auto* reply = std::get_if<Reply>(&message)) return hear(slot, std::move(*reply));
    replace(slot, "said what only a coordinator says");
  }

  void hear(const Slot& slot, const Progress& progress) const {
    if (slot.job && slot.job->id == progress.id && self.on_progress) self.on_progress(progress);
  }

  void hear(Slot& slot, Reply reply) {
    const auto* error = std::get_if<ErrorReply>(&reply);
    if (error && !error->id && !slot.job) return event(slot.name() + " says: " + error->error);
    const bool asked = slot.job && (id_of(reply) == slot.job->id || (error && !error->id));
    if (!asked) return event(slot.name() + " answered \"" + id_of(reply) + "\", which it was not asked; ignored");
    if (error) return finish(slot, without_result(slot.job->request, Outcome::kFailed, error->error));
    if (!answers(reply, slot.job->request)) return replace(slot, "gave an answer of the wrong kind");
    finish(slot, std::move(reply));
  }

  void greet(Slot& slot, Hello hello) {
    if (hello.messages != kMessagesVersion)
      throw ConfigError(slot.name() + " speaks messages of version " + std::to_string(hello.messages) +
                        ", this madsearch " + std::to_string(kMessagesVersion) +
                        ": the two are of different versions\nits command: " + options.command);
    if (!slot.hello) slot.use.starting += seconds(Clock::now() - slot.began);
    slot.hello = std::move(hello);
    slot.failed_starts = 0;
    slot.next_ping = Clock::now();
    greeted = true;
  }

  void finish(Slot& slot, Reply answer) {
    ready.push_back(std::move(answer));
    freed(slot);
    const auto memory = slot.process->memory();
    slot.use.resident_mib = memory.resident;
    slot.use.peak_mib = std::max(slot.use.peak_mib, memory.peak);
  }

  void check_time(Slot& slot, Clock::time_point now) {
    const auto limit = slot.hello ? options.silence_seconds : options.start_seconds;
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%g", limit);
    if (slot.unanswered && now >= after(*slot.unanswered, limit))
      return replace(slot, std::string("was silent for ") + seconds + " s");
    if (now >= slot.job_limit) return replace(slot, "was not done long after its time limit");
    if (slot.hello && now >= slot.next_ping) ping(slot, now);
  }

  /// When something is due without a line arriving.
  Clock::time_point next_due() const {
    auto due = start_due;
    for (const auto& slot : slots) {
      if (!slot.process) continue;
      due = std::min(due, slot.job_limit);
      if (slot.unanswered)
        due = std::min(due, after(*slot.unanswered, slot.hello ? options.silence_seconds : options.start_seconds));
      if (slot.hello) due = std::min(due, slot.next_ping);
    }
    return due;
  }

  /// Waits for lines until `deadline`, handles what there is. False if a signal came first.
  bool pump(Clock::time_point deadline) {
    std::vector<pollfd> polled;
    for (const auto& slot : slots) {
      if (!slot.process) continue;
      polled.push_back({slot.process->output(), POLLIN, 0});
      if (slot.process->wants_to_write()) polled.push_back({slot.process->input(), POLLOUT, 0});
    }
    const auto left = std::chrono::duration<double, std::milli>(std::min(deadline, next_due()) - Clock::now()).count();
    const auto timeout = static_cast<int>(std::clamp(std::ceil(left), 0.0, 1e6));
    if (poll(polled.data(), polled.size(), timeout) < 0 && errno == EINTR) return false;
    for (auto& slot : slots) {
      if (!slot.process) continue;
      slot.process->flush();
      const auto* process = slot.process.get();
      for (const auto& line : slot.process->read_lines()) {
        hear(slot, line);
        if (slot.process.get() != process) break;  // replaced: what else it said is not listened to
      }
      if (slot.process && slot.process->closed()) replace(slot, "");
    }
    const auto now = Clock::now();
    for (auto& slot : slots)
      if (slot.process) check_time(slot, now);
    distribute(now);
    return true;
  }
};

Coordinator::Coordinator(WorkerOptions options, Attempts attempts)
    : impl_(new Impl{*this, std::move(options), std::move(attempts), {}, {}, {}}) {
  auto& o = impl_->options;
  if (o.slots_per_device < 1)
    throw std::invalid_argument("slots_per_device is " + std::to_string(o.slots_per_device) + ", at least 1 is needed");
  if (o.attempts < 1)
    throw std::invalid_argument("attempts is " + std::to_string(o.attempts) + ", at least 1 is needed");
  if (o.devices.empty()) throw std::invalid_argument("devices is empty, at least one is needed");
  for (std::int64_t i = 0; i < o.slots_per_device; ++i)  // the first workers are on different devices
    for (const auto& device : o.devices) {
      auto& slot = impl_->slots.emplace_back();
      slot.number = impl_->slots.size(), slot.device = device;
      worker_environment(device);  // throws for what can't be
    }
}

Coordinator::~Coordinator() {
  for (auto& slot : impl_->slots)
    if (slot.job) impl_->attempts.forget(slot.job->id);
}

std::int64_t Coordinator::slots() const { return static_cast<std::int64_t>(impl_->slots.size()); }

std::int64_t Coordinator::waiting() const {
  return static_cast<std::int64_t>(impl_->queue.size() + impl_->under_way() + impl_->ready.size());
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

double busy_share(const std::vector<SlotUse>& slots) {
  double busy = 0, total = 0;
  for (const auto& slot : slots) busy += slot.busy, total += slot.total;
  return total > 0 ? busy / total : 0;
}

std::vector<SlotUse> Coordinator::use() const {
  const auto now = Clock::now();
  std::vector<SlotUse> out;
  for (const auto& slot : impl_->slots) {
    auto& use = out.emplace_back(slot.use);
    use.device = slot.device;
    use.total = seconds(now - impl_->made);
    if (slot.job)
      use.busy += seconds(now - slot.began);
    else if (slot.process && !slot.hello)
      use.starting += seconds(now - slot.began);
    else
      use.tail = use.requests > 0 ? seconds(now - slot.last_answer) : 0;
  }
  return out;
}

std::vector<Hello> Coordinator::workers() const {
  std::vector<Hello> out;
  for (const auto& slot : impl_->slots)
    if (slot.hello) out.push_back(*slot.hello);
  return out;
}

}  // namespace madsearch
