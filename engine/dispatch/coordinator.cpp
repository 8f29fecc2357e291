#include "engine/dispatch/coordinator.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <deque>
#include <exception>
#include <iterator>
#include <map>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/answer_problem.h"
#include "engine/dispatch/answers.h"
#include "engine/dispatch/backoff.h"
#include "engine/dispatch/check_training.h"
#include "engine/dispatch/door.h"
#include "engine/dispatch/guard.h"
#include "engine/dispatch/machinery_error.h"
#include "engine/dispatch/mps.h"
#include "engine/dispatch/pauses.h"
#include "engine/dispatch/placement.h"
#include "engine/dispatch/slot.h"
#include "engine/dispatch/time_limit.h"
#include "engine/version.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

using Clock = SlotClock;
using Kind = WorkerEvent::Kind;

constexpr int start_attempts = 3;  // in a row, before a slot is tried less often, or the command is wrong
constexpr double kUnusable = 600;  // seconds
constexpr int most_excused = 3;    // attempts at a request that were suspended
constexpr int most_remarks = 5;    // about one process
constexpr double look = 0.01;      // seconds between two looks at a process that leaves

std::string seconds(double value) { return shown("%g s", value); }

/// What results depend on in their last digits: "cpu (avx2 fma)", "NVIDIA H100".
std::string computer_of(const Hello& hello) {
  if (const auto space = hello.device.find(' '); space != std::string::npos) return hello.device.substr(space + 1);
  return hello.processor.empty() ? hello.device : hello.device + " (" + hello.processor + ")";
}

}  // namespace

struct Coordinator::Impl {
  Coordinator& self;
  Mps mps;  // outlives the workers
  WorkerOptions options;
  Attempts attempts;
  std::vector<Slot> slots;
  Guard watchdog{options.farewell};
  std::set<Job> queue;
  std::vector<Job> held;  // failed often enough; whether they are to blame is not known yet
  std::deque<Reply> ready;
  std::exception_ptr trouble;  // why there will be no more answers
  std::int64_t submitted = 0;
  Health health{slots.size()};
  HangGuard guard;
  Pauses pauses{options.pause_seconds};
  double paused = 0;                                 // seconds, right before what is heard now
  bool greeted = false;                              // some worker has said hello
  bool other_revision = false;                       // some worker is of another revision, and that was said
  std::map<std::string, int> failures_before_hello;  // by pool
  std::map<std::string, std::string> computers;      // what workers compute with, and the first that said so
  std::optional<Clock::time_point> unusable;         // since when no worker starts
  Clock::time_point made = Clock::now();
  Clock::time_point start_due = Clock::time_point::max();  // when a slot that failed is tried again

  void tell(const WorkerEvent& event) const {
    if (self.on_event) self.on_event(event);
  }

  template <class Error>
  void give_up(const std::string& sentence) {
    std::string commands;
    for (const auto& pool : options.pools) commands += "\nits command: " + pool.command;
    if (!trouble) trouble = std::make_exception_ptr(Error(sentence + commands));
  }

  std::int64_t under_way() const {
    return std::count_if(slots.begin(), slots.end(), [](const Slot& s) { return s.job && !s.job->check; });
  }

  // Who computes what.

  /// Gives waiting requests to idle workers and starts workers if there are fewer than requests.
  void distribute(Clock::time_point now) {
    for (auto& slot : slots)
      if (slot.idle()) employ(slot, now);
    start_workers(now);
  }

  void employ(Slot& slot, Clock::time_point now) {
    if (slot.health.needs_check() && (!queue.empty() || is_witness(slot))) return give_check(slot);
    const auto next = next_for(slot, now);
    if (next != queue.end()) return launch(slot, std::move(queue.extract(next).value()));
    if (is_witness(slot)) give_check(slot);
  }

  std::set<Job>::iterator next_for(const Slot& slot, Clock::time_point now) {
    return std::find_if(queue.begin(), queue.end(), [&](const Job& job) { return may_take(slots, slot, job, now); });
  }

  bool is_witness(const Slot& slot) const {
    return std::any_of(held.begin(), held.end(), [&](const Job& job) { return madsearch::is_witness(slot, job); });
  }

  void start_workers(Clock::time_point now) {
    start_due = Clock::time_point::max();
    for (const bool elsewhere : {false, true}) start_workers(now, elsewhere);
  }

  /// Those of this machine do not wait for what is starting elsewhere, which may take hours.
  void start_workers(Clock::time_point now, bool elsewhere) {
    const auto starting = std::count_if(slots.begin(), slots.end(), [&](const Slot& slot) {
      return slot.starting() && (elsewhere || !slot.pool.elsewhere());
    });
    auto wanted = static_cast<std::ptrdiff_t>(queue.size()) - starting;
    for (auto& slot : slots) {
      if (slot.pool.elsewhere() != elsewhere || slot.process || slot.leaving || trouble) continue;
      const bool for_a_request = wanted > 0 && next_for(slot, now) != queue.end();
      if (!for_a_request && !is_witness(slot)) continue;
      --wanted;
      if (now < slot.next_start)
        start_due = std::min(start_due, slot.next_start);
      else
        start(slot);
    }
  }

  void start(Slot& slot) {
    try {
      slot.start(options.farewell, mps.environment());
      watchdog.watch(slot.process->pid());
    } catch (const std::system_error& error) {  // too many processes or descriptors, no memory
      failed_start(slot, Kind::kDied, error.what());
      start_due = std::min(start_due, slot.next_start);
    }
  }

  void launch(Slot& slot, Job job) {
    const auto earlier = attempts.begin(job.id) - 1;
    if (!job.begun && earlier > 0) {
      const Failure of_earlier{.sentence = "an earlier session's worker did not answer"};
      job.failures.insert(job.failures.end(), std::min<std::int64_t>(earlier, options.attempts - 1), of_earlier);
    }
    job.begun = true;
    job.suspended = false;
    slot.give(std::move(job));
    limit(slot);
  }

  void give_check(Slot& slot) {
    Job job;
    job.check = true;
    job.request = check_training();
    job.id = id_of(job.request);
    slot.give(std::move(job));
    slot.limit(options.check_seconds);
  }

  /// A worker keeps a training's limit itself, unless it is stuck; then it has as long again as it may be silent, or
  /// as others may if it may be so for ever.
  void limit(Slot& slot) {
    const auto& job = *slot.job;
    if (job.check) return;
    const auto most = time_limit(job.request, job.cost, guard);
    const auto silence = slot.pool.silence_seconds == kNever ? Pool{}.silence_seconds : slot.pool.silence_seconds;
    slot.limit(most > 0 ? most + silence : 0);
  }

  // What befalls a worker.

  /// The slot's process has ended, or is ended now because of `what`, which is the attempt's failure if it has a job.
  void replace(Slot& slot, Kind kind, std::string what, Outcome outcome = Outcome::kLost,
               std::optional<Reply> reply = {}) {
    const bool greeted_before = slot.hello.has_value();
    const bool hung = kind == Kind::kSilent || kind == Kind::kOverdue;
    const bool stopped = hung && slot.process->stopped();
    const auto provenance = slot.job ? slot.provenance() : Provenance{};
    const auto how = kind == Kind::kDied ? slot.process->how_it_ended() : std::nullopt;
    slot.end();
    if (kind == Kind::kDied) what = how ? "ended: " + *how : "closed its output";
    if (stopped) what += ", as it was stopped by a signal";
    if (!greeted_before) return failed_start(slot, kind, what);
    slot.lost();
    const bool suspended = stopped || (kind == Kind::kDied && paused > 0) ||
                           (outcome == Outcome::kTimedOut && slot.job && slot.job->suspended);
    auto event = slot.event(kind, what);
    if (!slot.job) {
      slot.wait(options.restart_seconds);
      return tell(event);
    }
    auto job = slot.take_job();
    if (job.check) return failed_check(slot, event);
    if (suspended && job.excused < most_excused) return excuse(std::move(job), event);
    failed(slot, std::move(job), event, {.outcome = outcome, .reply = std::move(reply), .provenance = provenance});
  }

  void failed_start(Slot& slot, Kind kind, const std::string& what) {
    slot.failed_to_start();
    slot.wait(backoff(options.restart_seconds, options.longest_restart_seconds, slot.failed_starts));
    auto event = slot.event(Kind::kFailedToStart, what);
    const bool came_to_nothing = kind != Kind::kSilent || !slot.pool.elsewhere();  // else it is in a queue perhaps
    if (came_to_nothing) ++failures_before_hello[slot.pool.name];
    if (!greeted && no_pool_starts())
      return give_up<ConfigError>(to_text(event) + "; " + std::to_string(start_attempts) + " starts have failed");
    if (nobody_is_there(Clock::now()))
      return give_up<MachineryError>("no worker has started for " + seconds(unusable_seconds()) +
                                     "; the last one: " + to_text(event));
    event.seldom = slot.failed_starts >= start_attempts;
    if (!slot.seldom) tell(event);
    slot.seldom = event.seldom;
    acquit(slot);
  }

  bool no_pool_starts() {
    return std::all_of(options.pools.begin(), options.pools.end(),
                       [&](const Pool& pool) { return failures_before_hello[pool.name] >= start_attempts; });
  }

  /// True once that is so for too long. Who waits in a queue will be there.
  bool nobody_is_there(Clock::time_point now) {
    const bool any = std::any_of(slots.begin(), slots.end(),
                                 [](const Slot& s) { return s.hello || (s.starting() && s.pool.elsewhere()); });
    if (any) unusable.reset();
    if (!any && !unusable) unusable = now;
    return !any && now >= after(*unusable, unusable_seconds());
  }

  double unusable_seconds() const {
    if (options.unusable_seconds > 0) return options.unusable_seconds;
    const bool elsewhere =
        std::any_of(options.pools.begin(), options.pools.end(), [](const Pool& pool) { return pool.elsewhere(); });
    return elsewhere ? kNever : kUnusable;
  }

  /// Its process or ours was suspended, so nothing is known of the request.
  void excuse(Job job, WorkerEvent& event) {
    event.what += "; what it had to do is begun again";
    tell(event);
    ++job.excused;
    attempts.forget(job.id);
    queue.insert(std::move(job));
  }

  void failed(Slot& slot, Job job, WorkerEvent& event, Failure failure) {
    failure.slot = slot.number;
    failure.successes = slot.health.successes();
    failure.sentence = slot.name() + " " + event.what;
    slot.health.failed(subject_of(job.request));
    slot.wait(backoff(options.restart_seconds, options.longest_restart_seconds, slot.health.setbacks()));
    const auto outcome = failure.outcome;
    health.failed(slot.number, failure.sentence);
    job.failures.push_back(std::move(failure));
    event.request = job.id;
    event.attempt = times(job.failures, outcome);
    event.attempts = options.attempts;
    tell(event);
    settle(std::move(job));
    judge();
  }

  /// The slot is at fault: what failed there before was none of the requests' doing perhaps.
  void failed_check(Slot& slot, WorkerEvent& event) {
    event.what += "; that was a check after other failures";
    slot.health.failed_check();
    slot.wait(backoff(options.restart_seconds, options.longest_restart_seconds, slot.health.setbacks()));
    health.failed(slot.number, slot.name() + " " + event.what);
    event.seldom = true;
    if (!slot.seldom) tell(event);
    slot.seldom = true;
    acquit(slot);
    judge();
  }

  /// Failures on the slot count no longer, unless it has worked since. What has too few of them now is tried again.
  void acquit(const Slot& slot) {
    std::set<Job> waiting;
    while (!queue.empty()) {
      auto job = std::move(queue.extract(queue.begin()).value());
      madsearch::acquit(slot, job);
      waiting.insert(std::move(job));
    }
    queue = std::move(waiting);
    for (auto& other : slots)
      if (other.job) madsearch::acquit(slot, *other.job);
    for (auto& job : held) madsearch::acquit(slot, job);
    settle_held();
  }

  /// What becomes of a request that has failed: it is tried again, or it has come to nothing, or that isn't known yet.
  void settle(Job job) {
    if (const auto outcome = proven(slots, job, options.attempts)) {
      if (!std::holds_alternative<ExamineRequest>(job.request)) health.gave_up(subject_of(job.request));
      ready.push_back(answer_without_result(job, *outcome));
    } else if (repeated(job.failures, options.attempts)) {
      held.push_back(std::move(job));
    } else {
      queue.insert(std::move(job));
    }
  }

  void settle_held() {
    for (auto& job : std::exchange(held, {})) settle(std::move(job));
  }

  void judge() {
    const auto verdict = health.verdict();
    if (!verdict.empty()) give_up<MachineryError>(verdict);
  }

  // What a worker says.

  void remark(Slot& slot, std::string what) {
    if (++slot.remarks > most_remarks) return replace(slot, Kind::kGarbage, "said too much that nobody asked");
    tell(slot.event(Kind::kRemark, std::move(what)));
  }

  void hear(Slot& slot, const std::string& line) {
    Message message;
    try {
      message = let_in(line);
    } catch (const std::invalid_argument& error) {
      return replace(slot, Kind::kGarbage, std::string("said what is no message (") + error.what() + ")");
    }
    slot.unanswered.reset();
    if (auto* hello = std::get_if<Hello>(&message)) return greet(slot, std::move(*hello));
    if (!slot.hello) return replace(slot, Kind::kGarbage, "said no hello first");
    if (std::holds_alternative<Pong>(message)) return;
    if (const auto* memory = std::get_if<Memory>(&message)) return slot.measured(*memory);
    if (const auto* progress = std::get_if<Progress>(&message)) return hear(slot, *progress);
    if (auto* reply = std::get_if<Reply>(&message)) return hear(slot, std::move(*reply));
    replace(slot, Kind::kGarbage, "said what only a coordinator says");
  }

  void hear(const Slot& slot, const Progress& progress) const {
    if (slot.job && !slot.job->check && slot.job->id == progress.id && self.on_progress) self.on_progress(progress);
  }

  void hear(Slot& slot, Reply reply) {
    const auto* error = std::get_if<ErrorReply>(&reply);
    // A line that it could not read; an error at its request has the request's id.
    if (error && !error->id) return remark(slot, "says: " + error->error);
    if (!slot.job || id_of(reply) != slot.job->id)
      return remark(slot, "answered \"" + id_of(reply) + "\", which it was not asked; ignored");
    if (error) return replace(slot, Kind::kFailed, "answered with an error: " + error->error, Outcome::kFailed);
    if (!answers(reply, slot.job->request)) return replace(slot, Kind::kGarbage, "gave an answer of the wrong kind");
    const auto problem = answer_problem(reply, slot.job->request);
    if (!problem.empty()) return replace(slot, Kind::kGarbage, "gave an impossible answer: " + problem);
    set_provenance(reply, slot.provenance());
    const auto outcome = outcome_of(reply);
    const auto* pretrain = std::get_if<PretrainRequest>(&slot.job->request);
    const bool plan = pretrain && pretrain->plan_only;  // a plan trains nothing: its refusal is what was asked for
    if (plan || outcome == Outcome::kOk || outcome == Outcome::kDiverged) return finish(slot, std::move(reply));
    const auto what = "answered " + to_text(outcome) + ": " + message_of(reply);
    replace(slot, Kind::kFailed, what, outcome, std::move(reply));
  }

  void greet(Slot& slot, Hello hello) {
    if (slot.hello) return replace(slot, Kind::kGarbage, "said hello twice");
    if (hello.messages != kMessagesVersion)
      return give_up<ConfigError>(
          slot.name() + " speaks messages of " +
          (hello.messages == 0 ? "an older version" : "version " + std::to_string(hello.messages)) +
          ", this madsearch " + std::to_string(kMessagesVersion) + ": the two are of different versions");
    if (hello.scoring != kScoring)
      return give_up<ConfigError>(slot.name() + " scores in another way than this madsearch (scoring " +
                                  std::to_string(hello.scoring) + ", here " + std::to_string(kScoring) +
                                  "): their scores must not be mixed");
    if (hello.revision != kRevision && !other_revision) {
      other_revision = true;
      remark(slot, "was built from revision " + hello.revision + ", this madsearch from " + kRevision +
                       "; both score in the same way");
    }
    remark_on_computer(slot, hello);
    slot.greeted(std::move(hello));
    greeted = true;
    unusable.reset();
  }

  /// Other processors and devices round in other ways.
  void remark_on_computer(Slot& slot, const Hello& hello) {
    const auto computer = computer_of(hello);
    const bool is_new = computers.try_emplace(computer, slot.name()).second;
    if (!is_new || computers.size() == 1) return;
    const auto other =
        std::find_if(computers.begin(), computers.end(), [&](const auto& known) { return known.first != computer; });
    remark(slot, "computes with " + computer + ", " + other->second + " with " + other->first +
                     ": the same training may differ in its last digits");
  }

  /// The job has its result.
  void finish(Slot& slot, Reply answer) {
    const auto seconds = slot.job_seconds();
    const auto job = slot.take_job();
    if (job.check) {
      slot.health.passed_check();
      health.passed_check();
    } else {
      slot.health.succeeded();
      health.succeeded();
      if (std::exchange(slot.seldom, false)) remark(slot, "works again");
      if (outcome_of(answer) == Outcome::kOk && guard.saw(job.cost, seconds)) set_limits();
      ready.push_back(std::move(answer));
    }
    settle_held();
  }

  void set_limits() {
    for (auto& slot : slots)
      if (slot.job) limit(slot);
  }

  // Time.

  void check_time(Slot& slot, Clock::time_point now) {
    if (slot.silent(now)) return replace(slot, Kind::kSilent, "was silent for " + seconds(slot.patience()));
    if (slot.overdue(now)) return replace(slot, Kind::kOverdue, "was not done long after its time limit");
    if (slot.hello && now >= slot.next_ping) slot.ping();
  }

  /// When something is due without a line arriving.
  Clock::time_point next_due(Clock::time_point now) const {
    auto due = start_due;
    for (const auto& slot : slots) {
      if (slot.process) due = std::min(due, slot.next_due());
      if (slot.leaving) due = std::min(due, after(now, look));
    }
    return due;
  }

  void see_off(Slot& slot) {
    if (!slot.leaving || !slot.leaving->left()) return;
    watchdog.release(slot.leaving->pid());
    slot.leaving.reset();
  }

  /// All workers at once.
  void end_workers() {
    std::vector<Process*> processes;
    for (auto& slot : slots) {
      if (slot.process) slot.end();
      if (slot.leaving) processes.push_back(slot.leaving.get());
    }
    end_together(processes);
    for (auto& slot : slots) see_off(slot);
  }

  /// Sleeps until a worker says something or `until`. False if a signal came first.
  bool sleep(Clock::time_point until) const {
    std::vector<pollfd> polled;
    for (const auto& slot : slots) {
      if (!slot.process) continue;
      polled.push_back({slot.process->output(), POLLIN, 0});
      if (slot.process->wants_to_write()) polled.push_back({slot.process->input(), POLLOUT, 0});
    }
    const auto left = std::chrono::duration<double, std::milli>(until - Clock::now()).count();
    const auto timeout = static_cast<int>(std::clamp(std::ceil(left), 0.0, 1e6));
    return poll(polled.data(), polled.size(), timeout) >= 0 || errno != EINTR;
  }

  void listen(Slot& slot) {
    slot.process->flush();
    const auto* process = slot.process.get();
    for (const auto& line : slot.process->read_lines()) {
      hear(slot, line);
      if (slot.process.get() != process || trouble) return;  // replaced: what else it said is not listened to
    }
    if (slot.process->closed()) replace(slot, Kind::kDied, "");
  }

  /// Waits for lines until `deadline`, handles what there is. False if a signal came first.
  bool pump(Clock::time_point deadline) {
    const auto until = std::min(deadline, next_due(Clock::now()));
    pauses.begins(Clock::now());
    const bool slept = sleep(until);
    const auto now = Clock::now();
    paused = pauses.ends(until, now);
    for (auto& slot : slots)
      if (slot.process && paused > 0) slot.shift(paused);
    if (!slept) return false;
    for (auto& slot : slots) see_off(slot);
    for (auto& slot : slots)
      if (slot.process && !trouble) listen(slot);
    for (auto& slot : slots)
      if (slot.process && !trouble) check_time(slot, now);
    if (!trouble) distribute(now);
    return true;
  }

  /// Nobody will know what became of it.
  void forget(const Job& job) const {
    if (job.begun) attempts.forget(job.id);
  }
};

Coordinator::Coordinator(WorkerOptions options, Attempts attempts) {
  auto slots = slots_of(options);
  impl_.reset(new Impl{*this, Mps(options), std::move(options), std::move(attempts), std::move(slots)});
}

Coordinator::~Coordinator() {
  impl_->end_workers();
  for (const auto& slot : impl_->slots)
    if (slot.job) impl_->forget(*slot.job);
  for (const auto& job : impl_->queue) impl_->forget(job);
  for (const auto& job : impl_->held) impl_->forget(job);
}

const std::string& Coordinator::sharing() const { return impl_->mps.note(); }

std::int64_t Coordinator::slots() const { return static_cast<std::int64_t>(impl_->slots.size()); }

std::int64_t Coordinator::waiting() const {
  return static_cast<std::int64_t>(impl_->queue.size() + impl_->held.size() + impl_->ready.size()) + impl_->under_way();
}

void Coordinator::submit(Request request, std::int64_t turn, double cost) {
  Job job;
  job.id = id_of(request);
  job.request = std::move(request);
  job.turn = turn;
  job.cost = cost;
  job.number = impl_->submitted++;
  impl_->queue.insert(std::move(job));
  if (!impl_->trouble) impl_->distribute(Clock::now());
}

std::optional<Reply> Coordinator::wait(double seconds) {
  const auto deadline = after(Clock::now(), std::max(0.0, seconds));
  while (!impl_->trouble) {
    if (!impl_->pump(impl_->ready.empty() ? deadline : Clock::now())) break;
    if (!impl_->ready.empty() || Clock::now() >= deadline) break;
  }
  if (impl_->ready.empty() && impl_->trouble && seconds > 0) std::rethrow_exception(impl_->trouble);
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

SlotStates Coordinator::states() const {
  SlotStates out;
  for (const auto& slot : impl_->slots)
    ++(slot.job ? out.busy : slot.idle() ? out.idle : slot.starting() ? out.starting : out.down);
  return out;
}

std::vector<PoolUse> Coordinator::pools() const {
  const auto all = use();
  std::vector<PoolUse> out;
  for (const auto& pool : impl_->options.pools) {
    std::vector<SlotUse> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](const auto& use) { return use.pool == pool.name; });
    auto& sum = out.emplace_back(pool_use(pool.name, own));
    for (const auto& slot : impl_->slots) {
      if (slot.pool.name != pool.name) continue;
      sum.workers += slot.hello ? 1 : 0;
      sum.starting += slot.starting() ? 1 : 0;
    }
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
