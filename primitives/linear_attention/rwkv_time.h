#pragma once
#include "primitives/layers/linear.h"
#include "primitives/layers/norms.h"
#include "primitives/layers/residual_conv.h"

namespace madsearch {

/// What the time mixers of RWKV-5 and RWKV-6 share: all but what their projections read and how the decay is made.
///
///   r, k, v = xr Wr, xk Wk, xv Wv    g = silu(xg Wg)   heads of d = D/H channels
///   r, k, v = r + conv(r), k + conv(k), v + conv(v)    unless conv=none
///   S_t = diag(w_t) S_{t-1} + k_tᵀ v_t    o_t = r_t (S_{t-1} + diag(u) k_tᵀ v_t)
///   out = (GroupNorm_H(o) g) Wo
class RWKVTime : public Mixer {
 public:
  /// Of `set` heads and conv.
  RWKVTime(const Settings& set, const Build& build);
  at::Tensor forward(const at::Tensor& x) final;
  at::Tensor step(const at::Tensor& x, State& state) final;

 protected:
  /// What the projections read, [R, ..., D] each, and log w, which may be the same for all tokens, [R, 1, ..., D].
  struct Inputs {
    at::Tensor r, k, v, g, log_w;
  };
  /// x, change [R, ..., D]; change = x_{t-1} - x_t.
  virtual Inputs inputs(const at::Tensor& x, const at::Tensor& change) const = 0;
  /// ω at first, [D]: -6 + 5 (i / (D-1))^0.7, from a channel that remembers hundreds of tokens to one that remembers a
  /// few.
  static at::Tensor initial_omega(std::int64_t width);
  /// log w = -exp ω. Beyond ω = 10 nothing is left of w in float64 either, and exp ω must not overflow.
  static at::Tensor log_decay(const at::Tensor& omega);

 private:
  at::Tensor gated(const at::Tensor& o, const at::Tensor& gate) const;

  std::int64_t heads_, size_;
  Linear receptance_, key_, value_;
  ResidualConv conv_;
  Linear output_, gate_;
  GroupNorm norm_;
  at::Tensor u_;  // [R, D]
};

}  // namespace madsearch
