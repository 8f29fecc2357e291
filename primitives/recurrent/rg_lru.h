#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// The recurrent block of Griffin and Hawk: a linear recurrence whose rates the input decides, behind a short
/// convolution, beside a GeLU branch. Causal.
///
///   u = conv_k(x Wx + bx)    v = gelu(x Wy + by)       x [R, B, T, D]; I ≈ expand D channels; conv_k: depthwise,
///                                                      causal, k taps and bias; conv=none: u = x Wx + bx
///   r, i = σ(u W + b)                                  both W [I, I] block-diagonal with H blocks
///   a = σ(Λ)^(8 r)    h_t = a_t h_{t-1} + √(1 - a_t²) (i_t u_t)
///   out = (h v) Wo + bo                                the root's gradient is bounded at 1000, as in RecurrentGemma
///
/// Knobs       heads (H); expand, a ratio to the width: I is the nearest multiple of H; conv (k), or none; decay_range:
///             what begins in [0.9, 0.999], base for σ(Λ), power for σ(Λ)^8
/// Parameters  3 I D + 2 I²/H + 5 I + D, with conv (k + 1) I more
/// FLOPs       T (6 I D + 4 I²/H + 2 k I + 8 I)
/// State       I, with conv (k - 1) I more              convention mad: I
/// Protocol    every token is scaled by the root, the first one too (RecurrentGemma's code takes the first as it is).
///             decay_range=power is what the paper says, section 2.4, σ(Λ)^8 uniform in the range; base, the better one
///             on battery quick (docs/alphabet.md), what RecurrentGemma's code does: σ(Λ) in the range, its square
///             uniform, so that σ(Λ)^8 lies in [0.43, 0.992].
///             Biases begin at 0; matrices and conv under mad-lab as in RecurrentGemma (N(0, 1/in), conv N(0, 0.01/k)),
///             under madsearch as all projections and short convolutions
/// Source      De et al. 2024, arXiv:2402.19427, sections 2.3, 2.4 and 4.1
Primitive rg_lru();

/// I: expand D, to the nearest multiple of the heads, so that Griffin's 4/3 fits every width.
std::int64_t rg_lru_channels(const Settings& set, std::int64_t width);

}  // namespace madsearch
