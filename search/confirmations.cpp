#include "search/confirmations.h"

#include <algorithm>

#include "search/selections/ranking.h"

namespace madsearch {

std::vector<Evaluation> confirmations(const Archive& archive, const std::vector<SeedDesign>& seeds,
                                      const SearchOptions& options) {
  std::vector<Evaluation> designs, out;
  for (const auto& design : seeds)
    designs.push_back({.text = design.text, .rung = Rung::kConfirm, .origin = "seed:" + design.name});
  std::vector<const Member*> others;
  std::vector<Objectives> points;
  for (const auto i : archive.thinned_front()) {
    const auto& member = archive.members()[i];
    if (std::any_of(seeds.begin(), seeds.end(), [&](const auto& design) { return design.text == member.text; }))
      continue;
    others.push_back(&member);
    points.push_back(member.objectives);
  }
  for (const auto i : spread_out(points, static_cast<std::size_t>(options.confirm_members)))
    designs.push_back({.text = others[i]->text, .rung = Rung::kConfirm, .origin = others[i]->origin});
  for (std::int64_t set = 1; set <= options.confirm_seeds; ++set)
    for (auto design : designs) {
      design.seed_set = set;
      out.push_back(std::move(design));
    }
  return out;
}

}  // namespace madsearch
