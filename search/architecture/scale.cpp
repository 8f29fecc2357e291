#include "search/architecture/scale.h"

#include <cmath>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "search/architecture/cost.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

constexpr std::int64_t kWidest = 4096;
constexpr double kNear = 0.03;  // of the parameters wanted, relative

/// Copies have weights of their own.
Genome in_series(const Genome& genome, std::int64_t times) {
  Genome out;
  for (std::int64_t i = 0; i < times; ++i) {
    auto copy = genome;
    for (auto* block : blocks(copy))
      if (!block->label.empty() && times > 1) block->label += "_" + std::to_string(i);
    out.stages.insert(out.stages.end(), copy.stages.begin(), copy.stages.end());
  }
  return canonical(out);
}

const char* const kHeadKnobs[] = {"heads", "kv_heads"};

/// The genome with heads of the size they have at `base`; nothing if some number of heads is not whole.
std::optional<Genome> with_heads(Genome genome, std::int64_t base, std::int64_t width) {
  for (auto* block : blocks(genome))
    for (const auto* knob : kHeadKnobs) {
      if (!block->settings.has(knob) || !block->settings.at(knob).is_count()) continue;
      const auto scaled = block->settings.count(knob) * width;
      if (scaled % base || scaled == 0) return {};
      block->settings.set(knob, scaled / base);
    }
  return genome;
}

struct Found {
  Genome genome;
  std::int64_t width = 0;
  std::int64_t parameters = 0;
  double off = 1e300;  // |log(parameters / target)|
};

/// Of the widths that `grain` divides the one nearest to the target: with default sizes, or (`fit`) with `auto` fitted
/// to it.
std::optional<Found> nearest(const Genome& genome, std::int64_t base, std::int64_t target, std::int64_t length,
                             bool fit, std::int64_t grain) {
  std::optional<Found> best;
  for (std::int64_t width = 8; width <= kWidest; width += grain) {
    const auto candidate = base > 0 ? with_heads(genome, base, width) : std::optional<Genome>(genome);
    if (!candidate) continue;
    const Shape shape{width, length, Protocol::kMadsearch};
    if (fit) {  // only where the family's own proportions are nearly kept
      const auto own = static_cast<double>(transformer_parameters(block_count(genome), shape));
      if (own < 0.7 * static_cast<double>(target) || own > 1.4 * static_cast<double>(target)) continue;
    }
    try {
      const auto sized = fit ? fit_sizes(*candidate, shape, target) : solve_sizes(*candidate, shape).genome;
      if (!invalid(sized, shape).empty()) continue;
      const auto parameters = cost(sized, shape).active();
      const auto off = std::abs(std::log(static_cast<double>(parameters) / static_cast<double>(target)));
      if (!best || off < best->off) best = Found{sized, width, parameters, off};
      if (!fit && parameters > 4 * target) break;
    } catch (const std::invalid_argument&) {  // this width cannot hold the genome
    }
  }
  return best;
}

constexpr const char* kHeadsAsWritten = "number of heads as written, head size grows";

}  // namespace

Scaled scale_up(const Genome& genome, std::int64_t repeat, std::int64_t base_width, std::int64_t parameters,
                std::int64_t length) {
  if (repeat < 1 || parameters < 1)
    throw std::invalid_argument("pretraining needs a repeat and a number of parameters of 1 at least");
  const auto stripe = in_series(genome, repeat);
  std::optional<Found> best;
  std::string note;
  for (const auto base : {base_width, std::int64_t{0}}) {
    for (const auto& [fit, grain] : {std::pair<bool, int>{false, 8}, {true, 8}, {false, 2}}) {
      const auto found = nearest(stripe, base, parameters, length, fit, grain);
      if (!found || (best && found->off >= best->off)) continue;
      best = found;
      note = base_width > 0 && base == 0 ? kHeadsAsWritten : "";
      if (best->off <= kNear) break;
    }
    if ((best && best->off <= kNear) || base_width <= 0) break;
  }
  if (!best) throw std::invalid_argument("the design is valid at no width up to " + std::to_string(kWidest));
  if (best->off > kNear) {
    char text[80];
    std::snprintf(text, sizeof text, "parameters are %+.1f %% off the target",
                  100 * (static_cast<double>(best->parameters) / static_cast<double>(parameters) - 1));
    note += (note.empty() ? "" : "; ") + std::string(text);
  }
  return {best->genome, best->width, best->parameters, note};
}

Scaled at_width(const Genome& genome, std::int64_t base_width, std::int64_t width, std::int64_t length) {
  const Shape shape{width, length, Protocol::kMadsearch};
  std::string why;
  for (const auto base : {base_width, std::int64_t{0}}) {
    const auto candidate = base > 0 ? with_heads(genome, base, width) : std::optional<Genome>(genome);
    if (!candidate) continue;
    auto sized = solve_sizes(*candidate, shape).genome;
    why = invalid(sized, shape);
    if (!why.empty()) continue;
    const auto parameters = cost(sized, shape).active();
    return {std::move(sized), width, parameters, base == base_width ? "" : kHeadsAsWritten};
  }
  throw std::invalid_argument(why);
}

}  // namespace madsearch
