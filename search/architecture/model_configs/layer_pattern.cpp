#include "search/architecture/model_configs/layer_pattern.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace madsearch {
namespace {

constexpr std::size_t kShort = 8;  // layers

/// Which layers are equal: the number of its kind for each.
using Kinds = std::vector<std::size_t>;

Kinds kinds_of(const Layers& layers) {
  Kinds out;
  for (const auto& layer : layers)
    out.push_back(static_cast<std::size_t>(std::find(layers.begin(), layers.end(), layer) - layers.begin()));
  return out;
}

/// What repeats: in each place the kind that stands there most often, of equals the first.
struct Cycle {
  Kinds kinds;
  std::size_t exceptions = 0;  // layers that differ
};

Cycle cycle(const Kinds& kinds, std::size_t length) {
  Cycle out;
  for (std::size_t place = 0; place < length; ++place) {
    std::map<std::size_t, std::size_t> times;
    std::size_t here = 0;
    for (auto i = place; i < kinds.size(); i += length, ++here) ++times[kinds[i]];
    const auto less = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto most = std::max_element(times.begin(), times.end(), less);
    out.kinds.push_back(most->first);
    out.exceptions += here - most->second;
  }
  return out;
}

/// The shortest cycle that all but a tenth of the layers follow; all layers if there is none.
Cycle shortest_cycle(const Kinds& kinds) {
  const std::set<std::size_t> all(kinds.begin(), kinds.end());
  for (std::size_t length = all.size(); 2 * length <= kinds.size(); ++length) {
    auto out = cycle(kinds, length);
    const bool has_all = std::set<std::size_t>(out.kinds.begin(), out.kinds.end()) == all;
    if (has_all && 10 * out.exceptions <= kinds.size()) return out;
  }
  return {kinds, 0};
}

struct Run {
  std::size_t first = 0;
  std::size_t length = 0;
};

std::size_t times(const Kinds& kinds, std::size_t kind, Run run) {
  const auto begin = kinds.begin() + static_cast<std::ptrdiff_t>(run.first);
  return static_cast<std::size_t>(std::count(begin, begin + static_cast<std::ptrdiff_t>(run.length), kind));
}

/// The difference of a run's shares from those of the whole; nothing is near where a kind is missing.
double distance(const Kinds& kinds, Run run) {
  double out = 0;
  for (const auto kind : std::set<std::size_t>(kinds.begin(), kinds.end())) {
    const auto in_run = times(kinds, kind, run);
    if (in_run == 0) return std::numeric_limits<double>::infinity();
    const auto in_all = times(kinds, kind, {0, kinds.size()});
    out += std::abs(static_cast<double>(in_run) / static_cast<double>(run.length) -
                    static_cast<double>(in_all) / static_cast<double>(kinds.size()));
  }
  return out;
}

Run nearest_run(const Kinds& kinds) {
  constexpr double kRounding = 1e-9;
  Run best;
  auto least = std::numeric_limits<double>::infinity();
  for (std::size_t length = 1; length <= kinds.size(); ++length) {
    if (length > kShort && best.length > 0) break;
    for (std::size_t first = 0; first + length <= kinds.size(); ++first) {
      const auto apart = distance(kinds, {first, length});
      if (apart >= least - kRounding) continue;
      least = apart;
      best = {first, length};
    }
  }
  return best;
}

/// "attention swiglu 1 of 8 for 3 of 24"
std::string ratios(const Layers& layers, const Kinds& kinds, Run run) {
  std::string out;
  for (const auto kind : std::set<std::size_t>(kinds.begin(), kinds.end()))
    out += (out.empty() ? "" : ", ") + text(Genome{layers[kind]}) + " " + std::to_string(times(kinds, kind, run)) +
           " of " + std::to_string(run.length) + " for " + std::to_string(times(kinds, kind, {0, kinds.size()})) +
           " of " + std::to_string(kinds.size());
  return out;
}

}  // namespace

CutLayers cut_layers(const Layers& layers) {
  const auto kinds = kinds_of(layers);
  const auto all = std::to_string(layers.size());
  auto [chosen, exceptions] = shortest_cycle(kinds);
  CutLayers out;
  if (chosen.size() < layers.size()) {
    const bool one = chosen.size() == 1;
    out.note =
        all + " layers, cut to the " + (one ? "one that repeats" : std::to_string(chosen.size()) + " that repeat");
    if (exceptions > 0)
      out.note += ", from which " + std::to_string(exceptions) + (exceptions == 1 ? " differs" : " differ");
  } else if (layers.size() > kShort) {
    const auto run = nearest_run(kinds);
    const auto begin = kinds.begin() + static_cast<std::ptrdiff_t>(run.first);
    chosen = Kinds(begin, begin + static_cast<std::ptrdiff_t>(run.length));
    out.note = all + " layers that do not repeat, cut to layers " + std::to_string(run.first) + " to " +
               std::to_string(run.first + run.length - 1) + ": " + ratios(layers, kinds, run);
  }
  for (const auto kind : chosen)
    for (const auto& stage : layers[kind]) out.stripe.push_back(stage);
  return out;
}

}  // namespace madsearch
