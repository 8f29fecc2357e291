#include "engine/run/fill_template.h"

#include <algorithm>
#include <stdexcept>

#include "configs/errors.h"
#include "configs/text.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::size_t kTries = 200;  // at each filling, before the template is said to have no more

/// The places of one template, under the counts that hold for the search.
Steered places_of_seed(const std::string& text, const ArchitectureLimits& limits) {
  auto steering = limits.steering;
  steering.templates = {repeated(parse_template(text), limits.stages)};
  return {steering, {limits.primitives, limits.shapes(), limits.max_window, limits.stages}};
}

std::vector<Genome> fillings(const RunConfig& config, const std::string& text, std::size_t times, bool all) {
  const Architectures space(config.limits);
  const auto places = places_of_seed(text, config.limits);
  Rng rng(Seed{config.seed}.derive("fillings").derive(text));
  std::vector<Genome> out;
  std::string refused = "the counts of at_least and at_most were never met";
  for (std::size_t tried = 0; out.size() < times && tried < kTries * times; ++tried) {
    const auto drawn = places.draw(rng);
    if (!drawn) continue;
    auto genome = canonical(*drawn);
    if (std::find(out.begin(), out.end(), genome) != out.end()) continue;
    auto sentence = space.refusal(genome, true);
    if (sentence.empty()) sentence = space.objection(genome);
    if (sentence.empty())
      out.push_back(std::move(genome));
    else
      refused = madsearch::text(genome) + ": " + sentence;
  }
  if (out.empty())
    throw ConfigError("no filling of " + in_quotes(text) + " can take part; the last that was drawn: " + refused);
  if (all && out.size() < times)
    throw ConfigError(in_quotes(text) + " has " + std::to_string(out.size()) +
                      (out.size() == 1 ? " filling" : " fillings") + " that can take part, not " +
                      std::to_string(times));
  return out;
}

}  // namespace

FillTemplate fill_template(const RunConfig& config) {
  return [&config](const std::string& text, std::size_t times, bool all) {
    try {
      return fillings(config, text, times, all);
    } catch (const std::invalid_argument& error) {  // no block fits a place, or the search at all
      throw ConfigError(error.what());
    }
  };
}

}  // namespace madsearch
