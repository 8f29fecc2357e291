#include "published_bench.h"

#include <set>

namespace madsearch {

void choose_contrasts(const std::string& half_name, PublishedBench& bench) {
  const auto half = half_name == "all" ? Half::kAll : half_name == "choosing" ? Half::kChoosing : Half::kJudging;
  auto headline = contrasts(bench.published, true, half);
  bench.contradicting = headline.contradicting;
  bench.headline = {"A and B", std::move(headline.list), {}, {}};
  bench.beside = {"C and D", contrasts(bench.published, false, half).list, {}, {}};
  bench.agreed = {"", agreed(bench.published, half), {}, {}};
}

std::vector<StudyDesign> compared_designs(const PublishedBench& bench) {
  std::set<std::string> hashes;
  for (const auto* set : {&bench.headline, &bench.beside, &bench.agreed})
    for (const auto& one : set->contrasts) hashes.insert({one.better, one.worse});
  std::vector<StudyDesign> out;
  for (const auto& hash : hashes)
    out.push_back({.name = "published", .genome = bench.published.genomes.at(hash), .family = ""});
  return out;
}

}  // namespace madsearch
