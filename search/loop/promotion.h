#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "search/loop/evaluator.h"
#include "search/loop/levels.h"

namespace madsearch {

/// Asynchronous successive halving (Li et al. 2020, arXiv:1810.05934) with several objectives: a probe climbs to rung
/// battery while it is among the best 1/eta of its bin of state, at least one a bin. Bins keep small states from being
/// dropped on ties against large ones.
class Promotion {
 public:
  explicit Promotion(double eta) : eta_(eta) {}
  /// A probe's result joins its bin.
  void add(const Evaluation& probe, const Measurement& result, int bin);
  /// The best probe that may climb, from the bin of which the fewest did; each once, nothing if none may. A probe whose
  /// outcome isn't kOk never climbs.
  std::optional<Evaluation> take();

 private:
  /// Probes by number of arrival. The feasible come first, in the order of NSGA-II, then the others by violation.
  struct Bin {
    std::vector<std::optional<Evaluation>> probes;  // those that may still climb
    Levels feasible;                                // open: may still climb
    std::set<std::pair<double, std::size_t>> infeasible;
    std::size_t climbed = 0;
    std::optional<std::size_t> next;  // the best that may climb now
  };
  /// A probe, and how many of its bin come before it.
  struct Place {
    std::size_t probe = 0;
    std::size_t ahead = 0;
  };
  void choose(Bin& bin) const;
  static Place best_open(const Levels& levels, const Levels::Level& level);

  double eta_;
  std::map<int, Bin> bins_;
};

}  // namespace madsearch
