#include "engine/run/pretraining_plans.h"

#include <algorithm>

#include "configs/errors.h"
#include "configs/seed.h"
#include "configs/text.h"
#include "engine/dispatch/one_answer.h"
#include "engine/run/text_objective.h"

namespace madsearch {
namespace {

/// A plan to be made, and whose it is.
struct Planned {
  std::string name;
  std::string place;  // in the configuration
  PretrainRequest request;
};

/// The designs that are known before the search and may be pretrained, each once. The first is transformer++, which
/// stands for those that the search breeds.
std::vector<Design> known_designs(const RunConfig& config, const std::vector<Design>& controls) {
  std::vector<Design> out;
  const auto add = [&](const std::string& name, const Genome& genome) {
    if (std::none_of(out.begin(), out.end(), [&](const Design& known) { return known.genome == genome; }))
      out.push_back({name, genome, "", ""});
  };
  add("transformer++", transformer(config.limits.stages));
  for (const auto& control : controls) add(control.name, repeated(control, config.limits.stages));
  for (const auto& seed : config.seeds) add(seed.name, seed.genome);
  return out;
}

/// What is read beside the battery, then what is pretrained after the search.
std::vector<Planned> planned(const RunConfig& config) {
  std::vector<Planned> out;
  const auto add = [&](const std::string& name, const std::string& place, PretrainRequest request) {
    request.id = "plan/" + name;
    request.plan_only = true;
    out.push_back({name, place, std::move(request)});
  };
  if (!config.text.empty())
    for (const auto& design : known_designs(config, {}))
      add("text of " + design.name, config.text.file.options.place,
          text_request(config.text, design.genome, Seed{config.seed}));
  if (config.pretrain.members > 0)
    for (const auto& design : known_designs(config, config.pretrain.controls))
      add(design.name, config.pretrain.place, pretrain_request(config, "", expanded_text(design.genome)));
  return out;
}

ConfigError refused(const Planned& asked, const PretrainingRecord& plan) {
  const auto why = plan.message.empty() ? to_text(plan.outcome) : printable(plan.message);
  return ConfigError(asked.place + ": " + in_quotes(asked.name) + " can't be pretrained: " + why);
}

}  // namespace

PretrainRequest pretrain_request(const RunConfig& config, const std::string& id, const std::string& design) {
  auto out = pretrain_request(config.pretrain, config.battery.width, Seed{config.seed}.derive("pretrain").value);
  out.id = id;
  out.design = design;
  return out;
}

std::vector<PretrainReply> plan_pretraining(const RunConfig& config, Coordinator& workers,
                                            const std::atomic<bool>* stop) {
  std::vector<PretrainReply> out;
  for (auto& asked : planned(config)) {
    const auto reply = answer_of(workers, std::move(asked.request), stop);
    auto& plan = out.emplace_back(reply_as<PretrainReply>(reply)).record;
    plan.role = asked.name;
    if (plan.outcome != Outcome::kOk) throw refused(asked, plan);
  }
  return out;
}

}  // namespace madsearch
