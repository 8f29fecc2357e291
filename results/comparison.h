#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "results/front.h"

namespace madsearch {

/// One design on fresh seeds: seed set -> its objectives there (all minimised).
using FreshResults = std::map<std::int64_t, Objectives>;
/// The mean over the seed sets, of which there is one at least; exact where all are equal, as sizes are.
Objectives mean(const FreshResults& fresh);

/// Which design beats which, by the seed sets that both were measured on. A seed set gives every design the same data,
/// initial weights and order, so what it does to all of them cancels in the difference.
///
/// The interval of a difference is mean +- t(0.975) sqrt(v / n) over the n >= 2 common sets. Its variance is moderated
/// (Smyth 2004, doi:10.2202/1544-6115.1027): v = (4 pooled + (n-1) own) / (4 + n-1), with 4 + n-1 degrees of freedom.
/// The pair's own variance alone would not do: from two sets it lies below a sixtieth of the truth one time in ten, and
/// needs t = 12.7. The pooled variance alone would overlook a design that is noisier than the others. An objective that
/// never differs between the seed sets of a design (a size) has no noise and is compared exactly.
class Comparison {
 public:
  enum class Beats { kNo, kPerhaps, kSurely };
  struct Difference {
    // 95 %: mean - margin .. mean + margin; infinite if fewer than two sets are common
    double mean = 0;
    double margin = 0;
    double error = 0;       // of the mean, a standard one; of one common set by all designs, infinite if none is known
    std::int64_t sets = 0;  // that both have; without any the mean is 0
  };

  /// Every design has the same number of objectives. A design with fewer than two seed sets is never surely beaten on a
  /// noisy objective.
  explicit Comparison(std::vector<FreshResults> designs);

  std::size_t objectives() const { return noise_.size(); }
  Difference difference(std::size_t a, std::size_t b, std::size_t objective) const;  // a minus b
  /// Whether `a` is nowhere worse than `b` and somewhere better. kNo: it is surely worse somewhere, or the same point.
  /// kSurely: it is surely better or equal everywhere. kPerhaps: neither is sure.
  Beats beats(std::size_t a, std::size_t b) const;
  /// How far apart two designs must be to differ surely if both have one and the same seed set; 0 if the objective has
  /// no noise or none could be measured.
  double margin_of_one(std::size_t objective) const;
  /// How far one design deviates between seed sets, without what a set does to all designs alike; nothing if no two
  /// designs share two sets.
  std::optional<double> deviation(std::size_t objective) const;

 private:
  struct Noise {
    double variance = 0;       // pooled, of a paired difference
    std::int64_t freedom = 0;  // residual degrees of freedom behind it
  };
  std::vector<FreshResults> designs_;
  std::vector<Noise> noise_;  // of each objective
};

/// The margin of the difference of two designs that share `sets` >= 2 seed sets, where `deviation` (as above) is what
/// was to be expected.
double expected_margin(double deviation, std::int64_t sets);

/// How many seed sets two designs must share so that their margin lies below `difference` with a chance of `power`,
/// where they really differ by so much and `deviation` is as above. Nothing where that takes more than `most`.
std::optional<std::int64_t> sets_to_tell_apart(double difference, double deviation, double power, std::int64_t most);

}  // namespace madsearch
