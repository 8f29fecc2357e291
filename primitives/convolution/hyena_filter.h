#pragma once
#include "primitives/layers/linear.h"

namespace madsearch {

/// The implicit filter of Hyena: an MLP with sines over features of the position, times a decay; one filter a channel.
///
///   h = (sin f sin f sin f)(z) W * exp(-t |δ_c|)       z [L, 3] = [t, cos ω, -sin ω], t = 0..1 over max_length L
///
/// δ_c runs from ln(.01)/1.5 to ln(.01)/0.3 over the channels; one trained frequency vector f is shared by the three
/// sines. madsearch: ω = 2π n / L, z constant, f = 10 at first; mad-lab: ω scaled by 1e-4, z trained, f = 1. Computed
/// in float64 in any dtype: three sines of frequency 10 in a row enlarge rounding a thousandfold, and the network is
/// small. Source: Poli et al. 2023, arXiv:2302.10866, section 3.3 and appendix D.3.
class HyenaFilter : public Module {
 public:
  HyenaFilter(const Build& build, std::int64_t channels, std::int64_t order);
  at::Tensor operator()(std::int64_t length) const;  // [R, channels, length], length <= max_length
  at::Tensor whole() const { return (*this)(features_.size(1)); }

 private:
  at::Tensor features_;   // [R, L, 3] trained, or constant [1, L, 3]
  at::Tensor frequency_;  // [R, 1, order]
  Linear first_, second_, third_, last_;
  at::Tensor decay_;  // [channels, L], float64
};

}  // namespace madsearch
