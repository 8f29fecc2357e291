#include "search/loop/promotion.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "search/loop/selections/ranking.h"

namespace madsearch {

void Promotion::add(const Evaluation& probe, const Measurement& result, int bin) {
  const bool failed = result.outcome != Outcome::kOk;
  auto& place = bins_[bin];
  place.probes.push_back(
      {probe, result.objectives, failed ? std::numeric_limits<double>::infinity() : result.violation, failed});
  choose(place);
}

std::optional<Evaluation> Promotion::take() {
  Bin* chosen = nullptr;
  for (auto& [number, bin] : bins_)
    if (bin.next && (!chosen || bin.climbed < chosen->climbed)) chosen = &bin;
  if (!chosen) return std::nullopt;
  auto& probe = chosen->probes[*chosen->next];
  probe.climbed = true;
  ++chosen->climbed;
  const auto evaluation = probe.evaluation;
  choose(*chosen);
  return evaluation;
}

void Promotion::choose(Bin& bin) const {
  std::vector<Rankable> items;
  for (const auto& probe : bin.probes) items.push_back({&probe.objectives, probe.violation});
  const auto standings = rank(items);
  std::vector<std::size_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return ahead(standings[a], standings[b]); });
  const auto climbing = static_cast<std::size_t>(static_cast<double>(order.size()) / eta_);
  order.resize(std::max<std::size_t>(1, climbing));
  const auto best = std::find_if(order.begin(), order.end(),
                                 [&](std::size_t i) { return !bin.probes[i].climbed && !bin.probes[i].failed; });
  bin.next = best == order.end() ? std::nullopt : std::optional(*best);
}

}  // namespace madsearch
