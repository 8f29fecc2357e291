#pragma once
#include <optional>

#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/ops/gated_scan.h"

namespace madsearch {

/// What minGRU and minLSTM share: gates that see the input alone, so that the state of each channel is a linear
/// recurrence.
class MinRNN : public Mixer {
 public:
  /// `rows` of I numbers are projected from each token; the knobs are those of min_rnn_sheet.h.
  MinRNN(const Settings& set, const Build& build, std::int64_t rows);
  at::Tensor forward(const at::Tensor& x) override;
  at::Tensor step(const at::Tensor& x, State& state) override;

 protected:
  /// h_t = keep h_{t-1} + take.
  struct Gated {
    at::Tensor keep, take;
  };
  virtual Gated gates(const std::vector<at::Tensor>& rows) const = 0;
  /// The candidate state: g(u) = u + 1/2 for u ≥ 0, else σ(u), which is positive; or u.
  at::Tensor candidate(const at::Tensor& u) const;

 private:
  std::int64_t rows_, channels_;
  bool positive_;
  std::optional<CausalConv> conv_;

 protected:
  Linear in_;

 private:
  Linear out_;
};

}  // namespace madsearch
