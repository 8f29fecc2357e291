#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "engine/run/config.h"

namespace madsearch {

/// What a setting decides, and so whether a run may go on with another value.
enum class Decides {
  kResults,      // what is evaluated and what its score means: never
  kPretraining,  // what a pretraining's result means: with --accept, while none is stored
  kExtent,       // how far the run goes: with --accept
  kConduct,      // how it is run: always
};

// How a setting is read: what it is where the key is missing, and what it may be.
struct Whole {
  std::int64_t otherwise, least, most;
};
struct Real {
  double otherwise, least, most;
};
struct Reals {
  std::vector<double> otherwise;
  double least, most;
};
struct Wholes {
  std::vector<std::int64_t> otherwise;
  std::int64_t least, most;
};
struct Flag {
  bool otherwise;
};
struct Text {
  std::string otherwise;
};
struct Named {  // looked up by its reader
  std::vector<std::string> otherwise;
};
struct Patience {};  // seconds, or never; where it is missing it follows from other settings
struct Derived {};   // not read: follows from other settings

/// Every setting of a configuration, once: calls visit(key, decides, member, how it is read). A key with a dot stands
/// in the mapping before the dot. Reading (config_reader.cpp), the identity of a run and what a folder shows
/// (settings.cpp) are this list, so what can be set can't be left out of them.
template <class Config, class Visit>
void settings(Config&& c, Visit&& visit) {
  using enum Decides;
  visit("seed", kResults, c.seed, Whole{1, 0, INT64_MAX});
  visit("battery", kResults, c.battery, Named{{"standard"}});
  visit("probe", kResults, c.probe, Named{{"none"}});
  visit("width", kResults, c.limits.shape.width, Derived{});
  visit("primitives", kResults, c.limits.primitives, Named{});
  visit("stages", kResults, c.limits.stages, Whole{8, 1, 64});
  visit("valid_widths", kResults, c.limits.widths, Wholes{{}, 4, 65'536});
  visit("parameters", kResults, c.limits.parameters, Whole{0, 0, 1'000'000'000'000});
  visit("max_window", kResults, c.limits.max_window, Derived{});
  visit("parallel", kResults, c.limits.parallel, Flag{true});
  visit("sharing", kResults, c.limits.sharing, Flag{true});
  visit("state_length", kResults, c.limits.state_length, Whole{4096, 0, 1 << 24});
  visit("limits.state", kResults, c.limits.max_state, Whole{0, 1, 1'000'000'000'000'000});
  visit("limits.parameters", kResults, c.limits.max_parameters, Whole{0, 1, 1'000'000'000'000'000});
  visit("limits.flops", kResults, c.limits.max_flops, Whole{0, 1, 1'000'000'000'000'000});
  visit("space", kResults, c.limits.steering, Named{});
  visit("seeds", kResults, c.seeds, Named{{"transformer++"}});
  visit("search.algorithm", kResults, c.search.algorithm, Text{"nsga2"});
  visit("search.evaluations", kExtent, c.search.evaluations, Whole{300, 1, kMostEvaluations});
  visit("search.population", kResults, c.search.population, Whole{0, 0, 1000});
  visit("search.crossover", kResults, c.search.crossover, Real{0.5, 0, 1});
  visit("search.mutations", kResults, c.search.mutations, Real{0.5, 0, 20});
  visit("search.lag", kResults, c.search.lag, Whole{8, 1, 4096});
  visit("search.eta", kResults, c.search.eta, Real{3, 1, 100});
  visit("search.resample_after", kResults, c.search.resample_after, Whole{0, 0, 1'000'000});
  visit("search.control", kResults, c.search.control, Text{"none"});
  visit("search.control_share", kResults, c.search.control_share, Real{0.1, 0.01, 0.5});
  visit("search.grid", kResults, c.search.grid, Reals{{}, 0, 1e300});
  visit("search.confirm_seeds", kExtent, c.search.confirm_seeds, Whole{0, 0, 100});
  visit("search.confirm_members", kExtent, c.search.confirm_members, Whole{0, 0, 10'000});
  visit("search.counterfactuals", kExtent, c.search.counterfactuals, Flag{true});
  visit("text", kResults, c.text, Named{});
  visit("objectives", kResults, c.objectives, Named{{"score", "state"}});
  visit("feasible_above", kResults, c.feasible_above, Real{0.1, 0, 1});
  visit("pretrain.members", kExtent, c.pretrain.members, Whole{0, 0, 1000});
  visit("pretrain.pairs", kExtent, c.pretrain.pairs, Whole{0, 0, 1000});
  visit("pretrain.controls", kExtent, c.pretrain.controls, Named{{"transformer++"}});
  visit("pretrain.flops", kPretraining, c.pretrain.flops, Real{0, 0, 1e30});
  visit("pretrain.parameters", kPretraining, c.pretrain.parameters, Whole{0, 0, 1'000'000'000'000});
  visit("pretrain.repeat", kPretraining, c.pretrain.repeat, Whole{1, 1, 64});
  visit("pretrain.length", kPretraining, c.pretrain.length, Whole{256, 8, 1 << 20});
  visit("pretrain.batch", kPretraining, c.pretrain.batch, Whole{8, 1, 65'536});
  visit("pretrain.learning_rates", kPretraining, c.pretrain.learning_rates, Reals{{1e-3, 3e-3, 9e-3}, 1e-9, 10});
  visit("pretrain.schedule", kPretraining, c.pretrain.setup.schedule, Text{"cosine"});
  visit("pretrain.embeddings", kPretraining, c.pretrain.setup.embeddings, Text{"untied"});
  visit("pretrain.tuning", kPretraining, c.pretrain.setup.tuning, Real{0.1, 0.001, 1});
  visit("pretrain.conv", kPretraining, c.pretrain.setup.conv, Text{"as written"});
  visit("pretrain.qk_norm", kPretraining, c.pretrain.setup.qk_norm, Text{"as written"});
  visit("pretrain.max_epochs", kPretraining, c.pretrain.max_epochs, Real{4, 1e-6, 1e6});
  visit("pretrain.vocabulary", kPretraining, c.pretrain.vocabulary, Whole{0, 2, 1 << 30});
  visit("pretrain.separator", kPretraining, c.pretrain.separator, Text{""});
  visit("pretrain.bytes_per_token", kPretraining, c.pretrain.bytes_per_token, Real{0, 0.01, 1000});
  visit("pretrain.keep_weights", kConduct, c.pretrain.keep_weights, Flag{false});
  visit("pretrain.data", kConduct, c.pretrain.data, Named{});  // where it lies
  visit("pretrain.content", kPretraining, c.pretrain.content, Derived{});
  visit("pools", kConduct, c.workers.pools, Named{});
  visit("mps", kConduct, c.workers.mps, Text{"auto"});
  visit("attempts", kConduct, c.workers.attempts, Whole{2, 1, 100});
  visit("unusable_seconds", kConduct, c.workers.unusable_seconds, Patience{});
  visit("hours", kConduct, c.hours, Real{0, 0, 10'000});
  visit("until", kConduct, c.until, Text{""});
  visit("metrics_port", kConduct, c.metrics_port, Whole{0, 0, 65'535});
}

/// What the setting of this key decides; of the lines "seeds.1", "seeds.2" ... it is what "seeds" decides. Keys that no
/// list has (of another release) decide results.
Decides decides(const std::string& key);

}  // namespace madsearch
