#include "published_bench.h"

#include <set>

namespace madsearch {

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
