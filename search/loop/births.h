#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "search/loop/archive.h"
#include "search/loop/evaluator.h"
#include "search/loop/options.h"
#include "search/loop/population.h"
#include "search/loop/seed_design.h"
#include "search/loop/selections/selection.h"
#include "search/loop/space.h"

namespace madsearch {

/// Makes candidates that were never met: first the founders, which are neighbours of seed designs and random ones in
/// turn, then children of the population. Everything that it is given must live as long.
class Births {
 public:
  Births(const Space& space, const SearchOptions& options, const std::vector<SeedDesign>& seeds, const Archive& archive,
         const Population& population)
      : space_(space),
        options_(options),
        seeds_(seeds),
        archive_(archive),
        population_(population),
        breeds_(selection(options.algorithm).breeds) {
    for (const auto& design : seeds_) known_.insert(design.text);
  }
  /// Text, origin and parents of the next one; nothing if the space seems exhausted.
  std::optional<Evaluation> next(Rng& rng);
  /// Text and origin of one that is drawn at random for the control, and counts as met from then on; nothing if none is
  /// found. What next() decides depends on it no further.
  std::optional<Evaluation> control(Rng& rng);

 private:
  std::optional<Evaluation> conceive(Rng& rng);
  std::optional<Evaluation> stranger(Rng& rng) const;
  std::optional<Evaluation> anything(Rng& rng);
  std::optional<Evaluation> neighbour(Rng& rng) const;
  std::optional<Evaluation> child(Rng& rng);
  Child conceived(const Member& first, const Member* second, int more_mutations, Rng& rng) const;
  std::size_t first_parent(Rng& rng);

  const Space& space_;
  const SearchOptions& options_;
  const std::vector<SeedDesign>& seeds_;
  const Archive& archive_;
  const Population& population_;
  const bool breeds_;
  std::unordered_set<std::string> known_;  // texts
  std::int64_t births_ = 0;
  std::ptrdiff_t turns_ = 0;  // taken by bins of state
};

}  // namespace madsearch
