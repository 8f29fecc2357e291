#pragma once
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "search/loop/archive.h"
#include "search/loop/population.h"

namespace madsearch {

/// Makes candidates that were never met: first the founders (neighbours of seed designs and random ones), then
/// children.
class Births {
 public:
  Births(const Space& space, const SearchOptions& options, const std::vector<SeedDesign>& seeds, const Archive& archive,
         const Population& population)
      : space_(space), options_(options), seeds_(seeds), archive_(archive), population_(population) {
    for (const auto& design : seeds_) known_.insert(design.text);
  }
  /// Text, origin and parents of the next one; nothing if the space seems exhausted.
  std::optional<Evaluation> next(Rng& rng);

 private:
  std::optional<Evaluation> conceive(Rng& rng);
  std::optional<Evaluation> stranger(Rng& rng) const;
  std::optional<Evaluation> neighbour(Rng& rng) const;
  std::optional<Evaluation> child(Rng& rng);
  std::size_t first_parent(Rng& rng);

  const Space& space_;
  const SearchOptions& options_;
  const std::vector<SeedDesign>& seeds_;
  const Archive& archive_;
  const Population& population_;
  std::unordered_set<std::string> known_;  // texts
  std::int64_t births_ = 0, turns_ = 0;
};

}  // namespace madsearch
