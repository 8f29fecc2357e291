#include "search/architecture/sizes.h"

#include <algorithm>
#include <cmath>

#include "primitives/shared_knobs.h"
#include "primitives/table.h"
#include "search/architecture/cost.h"

namespace madsearch {
namespace {

constexpr std::int64_t kWide = 1024;  // the width at which ratios are solved
constexpr std::int64_t kEven = 2;     // of an inner size
constexpr std::int64_t kOfMadLab = 16;
constexpr double kTolerance = 0.05;  // of active parameters, relative

bool is_auto(const Block& block) {
  return block.settings.has("inner") && block.settings.at("inner") == KnobValue("auto");
}

Genome with_inner(Genome genome, std::int64_t inner, std::int64_t width) {
  for (auto* block : blocks(genome))
    if (is_auto(*block)) block->settings.set("inner", inner_ratio(inner, width));
  return genome;
}

/// Where parameters alone are counted: they do not depend on the length.
Shape anywhere(std::int64_t width, Protocol protocol) { return {width, 1, protocol}; }

/// The inner size, of multiples of `step`, whose active parameters come nearest to `parameters`.
std::int64_t nearest_inner(const Genome& genome, Shape shape, std::int64_t parameters, std::int64_t step) {
  const auto active = [&](std::int64_t inner) { return cost(with_inner(genome, inner, shape.width), shape).active(); };
  const auto least = active(step);  // they grow linearly with the inner size
  const auto slope = active(2 * step) - least;
  if (slope <= 0 || parameters <= least) return step;
  return step + step * std::llround(static_cast<double>(parameters - least) / static_cast<double>(slope));
}

/// `inner` of width kWide at another width.
std::int64_t scaled(std::int64_t inner, std::int64_t width) {
  const auto half = static_cast<double>(inner) * static_cast<double>(width) / (kWide * kEven);
  return kEven * std::max<std::int64_t>(1, std::llround(half));
}

/// The inner size of transformer++: 8/3 of the width.
std::int64_t transformer_inner(Shape shape) {
  const auto inner = 8.0 * static_cast<double>(shape.width) / 3;
  if (shape.protocol == Protocol::kMadLab)
    return static_cast<std::int64_t>(std::ceil(std::floor(inner) / kOfMadLab)) * kOfMadLab;
  return kEven * std::max<std::int64_t>(1, std::llround(inner / kEven));
}

double residual(const Cost& spent, double target) { return static_cast<double>(spent.active()) / target - 1; }

bool has_auto(const Genome& genome) {
  const auto all = blocks(genome);
  return std::any_of(all.begin(), all.end(), [](const Block* block) { return is_auto(*block); });
}

}  // namespace

bool Sized::alike() const { return std::abs(residual) <= kTolerance; }

bool Sized::active_alike() const { return std::abs(ratio_off) <= kTolerance; }

std::int64_t transformer_parameters(std::int64_t stages, Shape shape) {
  const auto& attention = *find_primitive("attention");
  const auto& swiglu = *find_primitive("swiglu");
  auto mlp = swiglu.defaults();
  mlp.set("inner", inner_ratio(transformer_inner(shape), shape.width));
  const auto here = anywhere(shape.width, shape.protocol);
  const auto of_attention = attention.cost(attention.defaults(), here).parameters;
  const auto of_mlp = swiglu.cost(mlp, here).parameters;
  const auto of_norms = stages * shape.width;  // one before each
  return (stages + 1) / 2 * of_attention + stages / 2 * of_mlp + of_norms;
}

Sized solve_sizes(const Genome& genome, Shape shape, std::optional<std::int64_t> parameters) {
  const auto stages = block_count(genome);
  const bool by_ratio = shape.protocol != Protocol::kMadLab;
  const auto where = anywhere(by_ratio ? kWide : shape.width, shape.protocol);
  const auto of_transformer = static_cast<double>(transformer_parameters(stages, shape));
  const auto here = parameters ? static_cast<double>(*parameters) : of_transformer;
  const auto there = static_cast<double>(transformer_parameters(stages, where)) * here / of_transformer;
  Sized out{.genome = genome, .fixed = !has_auto(genome)};
  auto wide = genome;
  if (!out.fixed) {
    const auto inner = nearest_inner(genome, where, std::llround(there), by_ratio ? kEven : kOfMadLab);
    wide = with_inner(genome, inner, where.width);
    out.genome = with_inner(genome, by_ratio ? scaled(inner, shape.width) : inner, shape.width);
  }
  out.residual = residual(cost(out.genome, shape), here);
  const auto spent = cost(wide, where);
  out.ratio_off = residual(spent, there);
  out.within = out.active_alike() && static_cast<double>(spent.parameters) <= 2 * there;
  return out;
}

Genome fit_sizes(const Genome& genome, Shape shape, std::int64_t parameters) {
  if (!has_auto(genome)) return genome;
  return with_inner(genome, nearest_inner(genome, anywhere(shape.width, shape.protocol), parameters, kEven),
                    shape.width);
}

}  // namespace madsearch
