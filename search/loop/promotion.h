#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "search/loop/evaluator.h"

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
  struct Probe {
    Evaluation evaluation;
    Objectives objectives;
    double violation = 0;
    bool failed = false;
    bool climbed = false;
  };
  struct Bin {
    std::vector<Probe> probes;
    std::size_t climbed = 0;
    std::optional<std::size_t> next;  // the best that may climb now
  };
  void choose(Bin& bin) const;

  double eta_;
  std::map<int, Bin> bins_;
};

}  // namespace madsearch
