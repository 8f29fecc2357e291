#pragma once
#include <optional>

#include "primitives/delta_rule/delta_sheet.h"
#include "primitives/layers/causal_conv.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/ops/delta_recurrence.h"

namespace madsearch {

/// The decay of Mamba-2 and its heirs, log α = -exp(A_log) softplus(u + dt_bias): A_log one a head, dt_bias one a
/// channel. A ~ U(least, 16); softplus(dt_bias) log-uniform in [1e-3, 0.1].
class DecayGate : public Module {
 public:
  DecayGate(const Build& build, std::int64_t heads, std::int64_t channels, double least);
  at::Tensor operator()(const at::Tensor& u) const;  // [R, B, T, H c] -> [R, B, T, H, c], c channels a head
  at::Tensor A_log, dt_bias;                         // [R, H], [R, H c]
};

/// A Linear that under mad-lab begins as flash-linear-attention's layers did: Xavier-uniform with gain 2^-2.5.
class Projection : public Linear {
 public:
  Projection(const Build& build, const std::string& name, std::int64_t in, std::int64_t out, bool bias = false);
};

/// The layer of the delta rule that its variants share: q, k, v behind projections, short convolutions and silu, q and
/// k of unit length, β a head, the recurrence in both forms, RMSNorm of each head and the output projection. Parameters
/// have the names of flash-linear-attention.
class DeltaRule : public Mixer {
 public:
  struct Options {
    DeltaSizes sizes;
    bool negative_eigenvalues = false;
    bool forget_gate = false;  // one decay a head
    bool gate = false;         // silu(x Wg) on the output
  };
  DeltaRule(const Options& options, const Build& build);
  at::Tensor forward(const at::Tensor& x) override;
  at::Tensor step(const at::Tensor& x, State& state) override;

 protected:
  /// x [R, B, T, D] -> logarithms of the decay, [R, B, T, H, 1] or [R, B, T, H, key]; undefined: none.
  virtual at::Tensor log_decay(const at::Tensor& x) const;
  /// o [R, B, T, H value], normalised.
  virtual at::Tensor gated(const at::Tensor& o, const at::Tensor& x) const;
  /// The recurrence of q, k, v [R, B, T n, H, size] after silu: here the delta rule, after the decay.
  virtual DeltaInputs recurrence(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k,
                                 const at::Tensor& v) const;
  /// scale sigmoid(x Wβ), twice that with negative_eigenvalues: [R, B, T n, H, strengths].
  at::Tensor beta(const at::Tensor& x, double scale) const;
  /// q / (|q| √key), a head.
  at::Tensor unit_query(const at::Tensor& q) const;

 private:
  /// q, k, v [R, B, T, channels] after the convolutions.
  DeltaInputs inputs(const at::Tensor& x, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;
  at::Tensor out(const at::Tensor& o, const at::Tensor& x) const;

  const Options options_;
  Projection q_, k_, v_, beta_, out_;
  RMSNorm norm_;
  std::optional<CausalConv> q_conv_, k_conv_, v_conv_;
  std::optional<Projection> decay_, gate_;
  std::optional<DecayGate> rates_;
};

}  // namespace madsearch
