#include "engine/run/pretraining_plans.h"

#include <algorithm>
#include <cstdio>

#include "configs/errors.h"
#include "configs/seed.h"
#include "configs/text.h"
#include "engine/dispatch/interrupted.h"

namespace madsearch {
namespace {

struct Planned {
  std::string name, text;
};

/// The designs that are known before the search and may be pretrained, each once. The first is transformer++, which
/// stands for those that the search breeds.
std::vector<Planned> planned(const RunConfig& config) {
  std::vector<Planned> out;
  const auto add = [&](const std::string& name, const Genome& genome) {
    auto design = expanded_text(genome);
    if (std::none_of(out.begin(), out.end(), [&](const Planned& known) { return known.text == design; }))
      out.push_back({name, std::move(design)});
  };
  add("transformer++", transformer(config.limits.stages));
  for (const auto& control : config.pretrain.controls) add(control.name, repeated(control, config.limits.stages));
  for (const auto& seed : config.seeds) add(seed.name, seed.genome);
  return out;
}

ConfigError refused(const RunConfig& config, const std::string& name, const PretrainingRecord& plan) {
  const auto why = plan.message.empty() ? to_text(plan.outcome) : printable(plan.message);
  return ConfigError(config.pretrain.place + ": " + in_quotes(name) + " can't be pretrained: " + why);
}

}  // namespace

PretrainRequest pretrain_request(const PretrainOptions& pretrain, std::int64_t base_width, std::uint64_t seed) {
  PretrainRequest out;
  out.data = pretrain.data;
  out.vocabulary = pretrain.vocabulary;
  out.separator = pretrain.separator;
  out.bytes_per_token = pretrain.bytes_per_token;
  out.flops = pretrain.flops;
  out.parameters = pretrain.parameters;
  out.base_width = base_width;
  out.repeat = pretrain.repeat;
  out.length = pretrain.length;
  out.batch = pretrain.batch;
  out.learning_rates = pretrain.learning_rates;
  out.seed = seed;
  out.max_epochs = pretrain.max_epochs;
  out.setup = pretrain.setup;
  return out;
}

PretrainRequest pretrain_request(const RunConfig& config, const std::string& id, const std::string& design) {
  auto out = pretrain_request(config.pretrain, config.battery.width, Seed{config.seed}.derive("pretrain").value);
  out.id = id;
  out.design = design;
  return out;
}

std::vector<PretrainingRecord> plan_pretraining(const RunConfig& config, Coordinator& workers,
                                                const std::atomic<bool>* stop) {
  std::vector<PretrainingRecord> out;
  if (config.pretrain.members == 0) return out;
  for (const auto& [name, design] : planned(config)) {
    auto request = pretrain_request(config, "plan/" + name, design);
    request.plan_only = true;
    workers.submit(std::move(request));
    std::optional<Reply> reply;
    while (!reply) {
      if (stop && *stop) throw Interrupted{};
      reply = workers.wait(0.5);
    }
    auto& plan = out.emplace_back(reply_as<PretrainReply>(*reply).record);
    plan.role = name;
    if (plan.outcome != Outcome::kOk) throw refused(config, name, plan);
  }
  return out;
}

std::string to_text(const std::vector<PretrainingRecord>& plans) {
  std::string out;
  for (const auto& plan : plans) {
    char line[160];
    std::snprintf(line, sizeof line, ": %.3g parameters at width %lld, %.3g tokens, %.2f epochs",
                  static_cast<double>(plan.parameters), static_cast<long long>(plan.width),
                  static_cast<double>(plan.tokens), plan.epochs);
    out += (out.empty() ? "pretraining: " : "\n             ") + printable(plan.role, 60) + line +
           (plan.message.empty() ? "" : "; " + printable(plan.message, 200));
  }
  return out;
}

}  // namespace madsearch
