#pragma once
#include <optional>
#include <string>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

/// A child and the names of the operators that made it, for the statistics: "crossover", "replace", ...
struct Child {
  std::string text;  // canonical, valid
  std::vector<std::string> operators;
};

/// What the search varies, as canonical texts: equal candidates have equal texts. The search knows nothing else of
/// them; it is the same for architectures (search/architecture/architectures.h) and for the toy problem
/// (search/toy/toy.h).
class Space {
 public:
  virtual ~Space() = default;
  /// A candidate, valid; nothing if a bounded number of draws found none.
  virtual std::optional<std::string> random(Rng& rng) const = 0;
  /// A child of one parent: `operators` mutations one after another, fewer where none fits. Its text may be the
  /// parent's.
  virtual Child mutate(const std::string& parent, int operators, Rng& rng) const = 0;
  /// A child of two parents. Its text may be `a` where they can't be crossed.
  virtual Child cross(const std::string& a, const std::string& b, Rng& rng) const = 0;
  /// The same candidate without what scores may owe to more than to all the rest of it (short convolutions), to be
  /// measured beside it; nothing if it has none of that.
  virtual std::optional<std::string> counterfactual(const std::string& text) const = 0;
  /// The bin of state in which a candidate competes for promotion and for breeding turns: a small integer, larger for
  /// more state.
  virtual int bin(const std::string& text) const = 0;
};

}  // namespace madsearch
