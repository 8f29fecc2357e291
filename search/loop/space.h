#pragma once
#include <functional>
#include <string>
#include <vector>

#include "configs/seed.h"

namespace madsearch {

/// A child and the names of the operators that made it, for the statistics: "crossover", "replace", ...
struct Child {
  std::string text;  // canonical, valid
  std::vector<std::string> operators;
};

/// What the evolutionary loop varies, as canonical texts: equal candidate, equal text. Architectures
/// (search/architecture/architectures.h) and the toy problem (search/toy/toy.h) stand behind the same loop, archive and
/// dedupe.
class Space {
 public:
  virtual ~Space() = default;
  virtual std::string random(Rng& rng) const = 0;
  /// Variation of one parent (mutation) or two (crossover then mutation). `operators` = number of operator
  /// applications.
  virtual Child mutate(const std::string& parent, int operators, Rng& rng) const = 0;
  virtual Child cross(const std::string& a, const std::string& b, Rng& rng) const = 0;
  /// Bin of state for promotion and breeding turns (a half-decade), small integers.
  virtual int bin(const std::string& text) const = 0;
};

}  // namespace madsearch
