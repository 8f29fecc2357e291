#pragma once
#include <map>
#include <optional>
#include <vector>

#include "search/loop/evaluator.h"

namespace madsearch {

/// Asynchronous successive halving (Li et al. 2020, arXiv:1810.05934) with several objectives, within bins of state so
/// that small states aren't culled on ties against rich ones: a probe climbs while it is among the best 1/eta of its
/// bin, at least one a bin.
class Promotion {
 public:
  explicit Promotion(double eta) : eta_(eta) {}
  void add(const Evaluation& probe, const Measurement& result, int bin);
  /// The best probe that may climb, of the bin with the fewest that did; each once. A probe whose outcome isn't kOk
  /// never climbs.
  std::optional<Evaluation> take();

 private:
  struct Probe {
    Evaluation evaluation;
    Objectives objectives;
    double violation = 0;
    bool failed = false, climbed = false;
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
