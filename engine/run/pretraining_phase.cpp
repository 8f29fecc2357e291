#include "engine/run/pretraining_phase.h"

#include <map>
#include <set>

#include "engine/run/battery_evaluator.h"
#include "engine/run/chosen_designs.h"
#include "engine/run/data_check.h"
#include "engine/run/directory.h"
#include "engine/run/pretraining_plans.h"

namespace madsearch {
namespace {

PretrainRequest request_of(const Session& session, const Chosen& chosen) {
  const auto checkpoints = std::filesystem::absolute(session.options.folder) / "checkpoints";
  auto out = pretrain_request(session.config, pretraining_id(chosen.hash), chosen.text);
  out.checkpoint = (checkpoints / (chosen.hash + ".pt")).string();
  if (session.config.pretrain.keep_weights)
    out.weights = std::filesystem::absolute(weights_file(session.options.folder, chosen.hash)).string();
  return out;
}

/// Hands out what is not done yet; returns it by the id of its request.
std::map<std::string, Chosen> begin(Session& session) {
  std::set<std::string> done;
  for (const auto& record : session.store.pretrainings()) {
    session.metrics.pretraining(record.outcome);
    if (is_final(record.outcome)) done.insert(record.hash);
  }
  const auto chosen = choose_for_pretraining(session.store, session.config.pretrain, session.config.limits.stages);
  session.progress.plan("pretrain", static_cast<std::int64_t>(chosen.size()));
  std::map<std::string, Chosen> out;
  for (const auto& design : chosen) {
    if (done.contains(design.hash)) {
      session.progress.pretrained();
      continue;
    }
    if (out.empty()) check_pretraining_data(session);
    auto request = request_of(session, design);
    out.emplace(request.id, design);
    session.workers.submit(std::move(request));
  }
  return out;
}

void finish(Session& session, PretrainingRecord record, const Chosen& design) {
  record.hash = design.hash;
  record.text = design.text;
  record.role = design.role;
  session.store.put(record);
  session.log.pretrained(record);
  session.metrics.pretraining(record.outcome);
  session.progress.pretrained();
}

void say_what_is_left(Session& session, std::size_t left) {
  session.say("the time is over, and " + std::to_string(left) + (left == 1 ? " pretraining is" : " pretrainings are") +
              " left; their checkpoints are kept");
}

}  // namespace

void pretrain_chosen(Session& session) {
  if (session.config.pretrain.members == 0) return;
  auto open = begin(session);
  while (!open.empty()) {
    session.tick();
    session.progress.show(session.clock);
    if (session.clock.over()) say_what_is_left(session, open.size());
    if (session.interrupted() || session.clock.over()) throw Interrupted{};
    const auto reply = session.workers.wait(0.5);
    const auto* pretrained = reply ? std::get_if<PretrainReply>(&*reply) : nullptr;
    if (!pretrained) continue;
    const auto design = open.find(pretrained->id);
    if (design == open.end()) continue;  // answered twice
    finish(session, pretrained->record, design->second);
    open.erase(design);
  }
}

}  // namespace madsearch
