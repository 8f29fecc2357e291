#include <algorithm>
#include <stdexcept>
#include <utility>

#include "configs/errors.h"
#include "engine/dispatch/answer_problem.h"
#include "engine/dispatch/answers.h"
#include "engine/dispatch/coordinator_impl.h"
#include "engine/dispatch/door.h"
#include "engine/dispatch/memory_share.h"
#include "engine/dispatch/placement.h"
#include "engine/version.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

using Kind = WorkerEvent::Kind;

constexpr std::int64_t most_remarks = 5;     // in a row about what a worker says, and for each slot of a pool
constexpr std::int64_t most_offered = 4096;  // slots of a pool

/// What results depend on in their last digits: "cpu (avx2 fma)", "NVIDIA H100".
std::string computer_of(const std::string& device, const std::string& processor) {
  if (const auto space = device.find(' '); space != std::string::npos) return device.substr(space + 1);
  return processor.empty() ? device : device + " (" + processor + ")";
}

}  // namespace

void Coordinator::Impl::remark(Slot& slot, std::string what) { tell(slot.event(Kind::kRemark, std::move(what))); }

void Coordinator::Impl::object(Connection& connection, std::string what) {
  const auto most = most_remarks * std::max<std::int64_t>(1, connection.offered);
  if (++connection.remarks > most)
    return replace(connection, {.kind = Kind::kGarbage, .what = "said too much that nobody asked"});
  tell(connection.event(Kind::kRemark, std::move(what)));
}

void Coordinator::Impl::hear(Connection& connection, const std::string& text) {
  MessageLine line;
  try {
    line = let_in(text);
  } catch (const std::invalid_argument& error) {
    const auto what = std::string("said what is no message (") + error.what() + ")";
    return replace(connection, {.kind = Kind::kGarbage, .what = what});
  }
  connection.unanswered.reset();
  auto& message = line.message;
  if (auto* hello = std::get_if<Hello>(&message)) return greet(connection, std::move(*hello));
  if (!connection.hello) return replace(connection, {.kind = Kind::kGarbage, .what = "said no hello first"});
  if (std::holds_alternative<Pong>(message)) return;
  if (const auto* slots = std::get_if<Slots>(&message)) return hear(connection, *slots);
  if (auto* error = std::get_if<ErrorReply>(std::get_if<Reply>(&message)); error && line.attempt == 0)
    return object(connection, "says: " + error->error);  // a line that it could not read
  hear_of_an_attempt(connection, line);
}

void Coordinator::Impl::hear(Connection& connection, const Slots& said) {
  if (!connection.is_pool() || said.slots < 0 || said.slots > most_offered)
    return replace(connection,
                   {.kind = Kind::kGarbage, .what = "says that it has " + std::to_string(said.slots) + " slots"});
  workforce.offer(connection, said.slots);
  health.has(workforce.slots.size());
}

void Coordinator::Impl::hear_of_an_attempt(Connection& connection, MessageLine& line) {
  auto* slot = at(connection, line.attempt);
  auto& message = line.message;
  if (!slot) return hear_late(connection, line);
  if (const auto* started = std::get_if<Started>(&message)) return hear(*slot, *started);
  if (const auto* memory = std::get_if<Memory>(&message)) return hear(*slot, *memory);
  if (const auto* progress = std::get_if<Progress>(&message)) return hear(*slot, *progress);
  if (const auto* lost = std::get_if<Lost>(&message)) return hear(*slot, *lost);
  if (auto* reply = std::get_if<Reply>(&message)) return hear(*slot, std::move(*reply));
  replace(connection, {.kind = Kind::kGarbage, .what = "said what only a coordinator says"});
}

Slot* Coordinator::Impl::at(const Connection& connection, std::int64_t attempt) {
  const auto& own = connection.slots;
  const auto found =
      std::find_if(own.begin(), own.end(), [&](const Slot* slot) { return slot->job && slot->attempt == attempt; });
  return found == own.end() ? nullptr : *found;
}

void Coordinator::Impl::hear_late(Connection& connection, const MessageLine& line) {
  const auto* reply = std::get_if<Reply>(&line.message);
  if (!reply && !std::holds_alternative<Lost>(line.message)) return;
  if (connection.cancelled.erase(line.attempt) > 0) return;
  object(connection, (reply ? "answered \"" + id_of(*reply) + "\"" : std::string("lost something")) +
                         ", which it was not asked; ignored");
}

void Coordinator::Impl::hear(Slot& slot, const Started& started) {
  if (slot.has_started()) return;
  slot.started(started);
  if (!started.device.empty()) remark_on_computer(slot, computer_of(started.device, started.processor));
  if (self.on_started && !slot.job->check) self.on_started(slot.job->id, slot.where());
}

void Coordinator::Impl::hear(Slot& slot, const Memory& memory) const {
  slot.measured(memory);
  if (self.on_memory && !slot.job->check) self.on_memory(slot.job->id, memory);
}

void Coordinator::Impl::hear(const Slot& slot, const Progress& progress) const {
  if (!slot.job->check && slot.job->id == progress.id && self.on_progress) self.on_progress(progress);
}

void Coordinator::Impl::hear(Slot& slot, const Lost& lost) {
  if (!slot.connection->is_pool())
    return replace(*slot.connection, {.kind = Kind::kGarbage, .what = "said what only a pool says"});
  if (slot.has_started()) return fail(slot, {.kind = Kind::kLost, .what = "lost it: " + lost.why});
  auto job = slot.take_job();
  slot.wait(options.restart_seconds);
  if (!job.check) give_back(std::move(job));
}

void Coordinator::Impl::hear(Slot& slot, Reply reply) {
  auto& connection = *slot.connection;
  if (id_of(reply) != slot.job->id)
    return object(connection, "answered \"" + id_of(reply) + "\", which it was not asked; ignored");
  if (const auto* error = std::get_if<ErrorReply>(&reply)) {
    const auto what = "answered with an error: " + error->error;
    return fail(slot, {.kind = Kind::kFailed, .what = what, .outcome = Outcome::kFailed});
  }
  if (!answers(reply, slot.job->request))
    return fail(slot, {.kind = Kind::kGarbage, .what = "gave an answer of the wrong kind"});
  const auto problem = answer_problem(reply, slot.job->request);
  if (!problem.empty()) return fail(slot, {.kind = Kind::kGarbage, .what = "gave an impossible answer: " + problem});
  set_provenance(reply, slot.provenance());
  const auto outcome = outcome_of(reply);
  if (is_refused(reply)) return refused(slot, std::move(reply));
  const auto* pretrain = std::get_if<PretrainRequest>(&slot.job->request);
  const bool plan = pretrain && pretrain->plan_only;  // a plan trains nothing: its refusal is what was asked for
  if (plan || outcome == Outcome::kOk || outcome == Outcome::kDiverged) return finish(slot, std::move(reply));
  auto what = "answered " + to_text(outcome) + ": " + message_of(reply);
  // Others may have had the memory.
  const bool crowded = outcome == Outcome::kOutOfMemory && slot.connection->sharers > 1;
  if (crowded) what += " (it is one of " + std::to_string(slot.connection->sharers) + " workers on its GPU)";
  fail(slot, {.kind = Kind::kFailed, .what = what, .outcome = outcome, .reply = std::move(reply), .excused = crowded});
}

void Coordinator::Impl::greet(Connection& connection, Hello hello) {
  auto& slot = *connection.slots.front();
  if (connection.hello) return replace(connection, {.kind = Kind::kGarbage, .what = "said hello twice"});
  if (hello.messages != kMessagesVersion)
    return give_up<ConfigError>(
        slot.name() + " speaks messages of " +
        (hello.messages == 0 ? "an older version" : "version " + std::to_string(hello.messages)) + ", this madsearch " +
        std::to_string(kMessagesVersion) + ": the two are of different versions");
  if (hello.scoring != kScoring)
    return give_up<ConfigError>(slot.name() + " scores in another way than this madsearch (scoring " +
                                std::to_string(hello.scoring) + ", here " + std::to_string(kScoring) +
                                "): their scores must not be mixed");
  if (hello.revision != kRevision && !other_revision) {
    other_revision = true;
    remark(slot, "was built from revision " + hello.revision + ", this madsearch from " + kRevision +
                     "; both score in the same way");
  }
  if (hello.slots == 1) remark_on_computer(slot, computer_of(hello.device, hello.processor));
  if (connection.sharers > 1) remark_on_memory(connection, hello);
  const Slots offer{hello.slots};
  connection.greeted(std::move(hello));
  greeted = true;
  unusable.reset();
  if (connection.is_pool()) hear(connection, offer);
}

void Coordinator::Impl::remark_on_computer(Slot& slot, const std::string& computer) {
  const bool is_new = computers.try_emplace(computer, slot.name()).second;
  if (!is_new || computers.size() == 1) return;
  const auto other =
      std::find_if(computers.begin(), computers.end(), [&](const auto& known) { return known.first != computer; });
  remark(slot, "computes with " + computer + ", " + other->second + " with " + other->first +
                   ": the same training may differ in its last digits");
}

void Coordinator::Impl::remark_on_memory(const Connection& connection, const Hello& hello) {
  if (hello.memory_bytes <= 0 || !shared.insert(connection.device).second) return;
  tell(connection.event(Kind::kRemark, "is one of " + std::to_string(connection.sharers) +
                                           " that share it: each may take " + shown_bytes(hello.memory_bytes) +
                                           " of its memory"));
}

void Coordinator::Impl::refused(Slot& slot, Reply answer) {
  auto job = slot.take_job();
  slot.connection->remarks = 0;
  if (!job.was_refused()) wait_for_pools(job);
  if (const auto bytes = slot.memory_bytes())
    job.needs_above = std::max(job.needs_above, *bytes);
  else
    job.refused_by.insert(slot.connection->number);
  if (has_more_memory(workforce.slots, job, SlotClock::now())) return give_back(std::move(job));
  requests.answer(std::move(answer));
}

void Coordinator::Impl::wait_for_pools(Job& job) const {
  double most = 0;
  for (const auto& connection : workforce.connections)
    if (connection.pool.elsewhere()) most = std::max(most, connection.pool.beginning_seconds());
  job.waits_until = after(SlotClock::now(), most);
}

void Coordinator::Impl::finish(Slot& slot, Reply answer) {
  const auto seconds = slot.job_seconds();
  const auto job = slot.take_job();
  slot.connection->remarks = 0;
  slot.connection->deaths = 0;
  if (job.check) {
    slot.health.passed_check();
    health.passed_check();
  } else {
    slot.health.succeeded();
    health.succeeded();
    if (std::exchange(slot.seldom, false)) remark(slot, "works again");
    if (outcome_of(answer) == Outcome::kOk && guard.saw(job.cost, seconds)) set_limits();
    requests.answer(std::move(answer));
  }
  requests.settle_held();
}

void Coordinator::Impl::set_limits() {
  for (auto& slot : workforce.slots)
    if (slot.job) limit(slot);
}

void Coordinator::Impl::call_off(Slot& slot) {
  auto& connection = *slot.connection;
  if (!connection.is_pool()) return connection.end();
  connection.process->write_line(to_line(Cancel{}, slot.attempt));
  connection.cancelled.insert(slot.attempt);
}

}  // namespace madsearch
