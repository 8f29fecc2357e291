#include "engine/dispatch/node_pool.h"

#include <cstdio>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "configs/text.h"
#include "engine/dispatch/host.h"
#include "engine/dispatch/readable.h"
#include "engine/version.h"

namespace madsearch {
namespace {

constexpr double kTurn = 0.1;  // seconds in which a change of slots is told

void set_id(Request& request, const std::string& id) {
  std::visit([&](auto& kind) { kind.id = id; }, request);
}

struct SetId {
  const std::string& id;
  void operator()(TrainReply& reply) const { reply.record.id = id; }
  template <class Kind>
  void operator()(Kind& reply) const {
    reply.id = id;
  }
};

void set_id(Reply& reply, const std::string& id) { std::visit(SetId{id}, reply); }

std::string devices_of(const WorkerOptions& options) {
  std::vector<std::string> out;
  for (const auto& pool : options.pools) out.insert(out.end(), pool.devices.begin(), pool.devices.end());
  return joined(out);
}

WorkerOptions handing_on(WorkerOptions options) {
  options.eager = true;
  options.farewell = {.terminate = 0.5, .kill = 2};  // before our own patience ends
  return options;
}

}  // namespace

NodePool::NodePool(WorkerOptions options, int input, std::ostream& output)
    : devices_(devices_of(options)),
      workers_(handing_on(std::move(options))),
      input_(input),
      lines_(input),
      output_(output) {
  workers_.on_progress = [this](Progress progress) {
    const auto attempt = std::stoll(progress.id);
    progress.id = asked_.at(attempt).id;
    say(progress, attempt);
  };
  workers_.on_started = [this](const std::string& id, const Started& where) {
    const auto attempt = std::stoll(id);
    asked_.at(attempt).started = true;
    say(where, attempt);
  };
  workers_.on_memory = [this](const std::string& id, const Memory& memory) { say(memory, std::stoll(id)); };
  workers_.on_failure = [this](const std::string& id, const Failure& failure) { failed(failure, std::stoll(id)); };
  workers_.on_event = [](const WorkerEvent& event) {  // an attempt's end is told to the coordinator
    if (!event.lost_request()) std::fprintf(stderr, "madsearch-node: %s\n", to_text(event).c_str());
  };
}

void NodePool::run() {
  say(Hello{.version = std::string("madsearch-node ") + kVersion,
            .revision = kRevision,
            .device = devices_,
            .host = host_name(),
            .slots = 0});
  while (!lines_.closed() && output_) {
    if (auto reply = workers_.wait(kTurn, input_)) {
      const auto attempt = std::stoll(id_of(*reply));
      answer(std::move(*reply), attempt);
    }
    tell_slots();
    listen();
    give_back_excess();
  }
}

void NodePool::listen() {
  if (!readable(input_)) return;
  lines_.read();
  for (const auto& line : lines_.lines()) hear(line);
}

void NodePool::hear(const std::string& text) {
  try {
    auto line = from_line(text);
    if (std::holds_alternative<Ping>(line.message)) return say(Pong{});
    if (std::holds_alternative<Cancel>(line.message)) {
      workers_.cancel(std::to_string(line.attempt));
      asked_.erase(line.attempt);
      return;
    }
    auto* request = std::get_if<Request>(&line.message);
    if (!request) throw std::invalid_argument("a node answers train, pretrain, bench, examine, cancel and ping");
    ask(std::move(*request), line.attempt);
  } catch (const std::invalid_argument& error) {
    const auto reply = error_at(text, error.what());
    say(reply.message, reply.attempt);
  }
}

void NodePool::ask(Request request, std::int64_t attempt) {
  if (!asked_.try_emplace(attempt, Asked{id_of(request)}).second)
    throw std::invalid_argument("attempt " + std::to_string(attempt) + " is under way");
  set_id(request, std::to_string(attempt));
  workers_.submit(std::move(request), attempt);
}

void NodePool::answer(Reply reply, std::int64_t attempt) {
  set_id(reply, asked_.at(attempt).id);
  asked_.erase(attempt);
  say(reply, attempt);
}

/// What a worker answered is passed on; a worker's end is no answer.
void NodePool::failed(const Failure& failure, std::int64_t attempt) {
  if (failure.reply) return answer(*failure.reply, attempt);
  if (failure.outcome != Outcome::kLost) return answer(ErrorReply{{}, failure.sentence}, attempt);
  asked_.erase(attempt);
  say(Lost{failure.sentence}, attempt);
}

void NodePool::tell_slots() {
  const auto slots = workers_.present();
  if (slots == told_slots_) return;
  told_slots_ = slots;
  say(Slots{slots});
}

/// The coordinator finds another place for what no worker will take soon.
void NodePool::give_back_excess() {
  for (auto last = asked_.rbegin(); last != asked_.rend();) {
    if (static_cast<std::int64_t>(asked_.size()) <= told_slots_) return;
    if (last->second.started) {
      ++last;
      continue;
    }
    const auto attempt = last->first;
    workers_.cancel(std::to_string(attempt));
    say(Lost{"no worker is left for it"}, attempt);
    last = std::make_reverse_iterator(asked_.erase(std::next(last).base()));
  }
}

void NodePool::say(const Message& message, std::int64_t attempt) {
  output_ << to_line(message, attempt) << "\n" << std::flush;
}

}  // namespace madsearch
