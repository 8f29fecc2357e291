#include "search/architecture/sizes.h"

#include <algorithm>
#include <cmath>

#include "primitives/shared_knobs.h"
#include "primitives/table.h"
#include "search/architecture/cost.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMultiple = 16;  // inner sizes are multiples of it, and not below it: what matrix units like
constexpr std::int64_t kOfExperts = 2;  // with shared experts, where 16 channels are several times too coarse a step
constexpr std::int64_t kConvolved = 8;  // with a convolution inside, where they are too coarse at width 32
constexpr double kTolerance = 0.05;     // of active parameters, relative

bool is_auto(const Block& block) {
  return block.settings.has("inner") && block.settings.at("inner") == KnobValue("auto");
}

Genome with_inner(Genome genome, std::int64_t inner, std::int64_t width) {
  for (auto* block : blocks(genome))
    if (is_auto(*block)) block->settings.set("inner", inner_ratio(inner, width));
  return genome;
}

std::int64_t multiple(const std::vector<const Block*>& all) {
  const auto shares = [](const Block* block) {
    return is_auto(*block) && block->settings.has("shared") && block->settings.count("shared") > 0;
  };
  const auto convolves = [](const Block* block) {
    return is_auto(*block) && block->settings.has("conv") && taps(block->settings) > 0;
  };
  if (std::any_of(all.begin(), all.end(), shares)) return kOfExperts;
  return std::any_of(all.begin(), all.end(), convolves) ? kConvolved : kMultiple;
}

}  // namespace

std::int64_t transformer_parameters(std::int64_t stages, Shape shape) {
  const auto& attention = *find_primitive("attention");
  const auto& swiglu = *find_primitive("swiglu");
  auto mlp = swiglu.defaults();  // the paper's inner size, 8/3 of the width, in multiples of 16
  const auto inner =
      static_cast<std::int64_t>(std::ceil(std::floor(8.0 * static_cast<double>(shape.width) / 3) / kMultiple)) *
      kMultiple;
  mlp.set("inner", inner_ratio(inner, shape.width));
  const Shape anywhere{shape.width, 1, shape.protocol};  // their parameters do not depend on the length
  const auto of_attention = attention.cost(attention.defaults(), anywhere).parameters;
  const auto of_mlp = swiglu.cost(mlp, anywhere).parameters;
  const auto of_norms = stages * shape.width;  // one before each
  return (stages + 1) / 2 * of_attention + stages / 2 * of_mlp + of_norms;
}

Sized solve_sizes(const Genome& genome, Shape shape, std::optional<std::int64_t> parameters) {
  const auto target = parameters.value_or(transformer_parameters(block_count(genome), shape));
  const auto active = [&](std::int64_t inner) { return cost(with_inner(genome, inner, shape.width), shape).active(); };
  const auto all = blocks(genome);
  Sized out;
  out.fixed = std::none_of(all.begin(), all.end(), [](const Block* block) { return is_auto(*block); });
  out.genome = genome;
  if (!out.fixed) {
    // Active parameters grow linearly with the inner size.
    const auto step = multiple(all);
    const auto least = active(kMultiple);
    const auto slope = active(kMultiple + step) - least;
    std::int64_t steps = 0;
    if (slope > 0 && target > least)
      steps = std::llround(static_cast<double>(target - least) / static_cast<double>(slope));
    out.genome = with_inner(genome, kMultiple + step * steps, shape.width);
  }
  const auto spent = cost(out.genome, shape);
  out.within = std::abs(static_cast<double>(spent.active() - target)) <= kTolerance * static_cast<double>(target) &&
               spent.parameters <= 2 * target;
  return out;
}

}  // namespace madsearch
