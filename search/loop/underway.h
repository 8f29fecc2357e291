#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "search/loop/evaluator.h"

namespace madsearch {

/// An evaluation with its result.
struct Evaluated {
  Evaluation evaluation;
  Measurement result;
};

/// Evaluations that were handed out and not yet seen. Results are told in any order and seen in the order of their
/// numbers, so that what the search decides does not depend on how fast evaluations are.
class Underway {
 public:
  /// `grid_objectives`: how many objectives a grid expects, 0 without a grid.
  explicit Underway(std::size_t grid_objectives) : grid_objectives_(grid_objectives) {}

  /// Numbers evaluations 0, 1, 2, ...
  Evaluation hand_out(Evaluation evaluation);
  /// Keeps a result until it is seen. Throws std::invalid_argument for a number that was not handed out or was told
  /// before, and for a result with outcome kOk whose objectives are missing, not finite or of another number than
  /// those before.
  void tell(Measurement result);
  /// The lowest number that was not seen yet; nothing if its result was not told.
  std::optional<Evaluated> see();

  std::int64_t handed_out() const { return handed_out_; }
  std::int64_t seen() const { return seen_; }

 private:
  struct Entry {
    Evaluation evaluation;
    std::optional<Measurement> result;
  };
  void check(const Measurement& result) const;

  std::size_t grid_objectives_;
  std::size_t objectives_ = 0;  // of the results so far, 0 before the first
  std::int64_t handed_out_ = 0;
  std::int64_t seen_ = 0;
  std::deque<Entry> entries_;  // numbers seen_, seen_ + 1, ..., handed_out_ - 1
};

}  // namespace madsearch
