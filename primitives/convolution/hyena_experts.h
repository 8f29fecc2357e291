#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Several small Hyenas of which a router picks the best for each token. Causal.
///
///   x0, x1, v = conv_k(x W + b)                        x [R, B, T, D]; D channels each, E experts of m = D/E;
///                                                      conv_k: k taps a channel and a bias
///   u = v * x1    y = (h ∗ u + bias u) * x0            ∗: convolution over time; h: one implicit filter a channel
///                                                      (hyena_filter.h), bias [D]
///   s = x Wr    w = softmax of the `active` largest s, 0 elsewhere (layers/routing.h)  s, w [.., E]
///   out = (Σ_e w_e y_e) Wo + bo                        y_e: channels e, e + E, e + 2E ...; one Wo [m, D] for all
///   loss += 0.01 E Σ_e f_e P_e                         load balancing; f: share of the tokens' choices,
///                                                      P: mean of softmax(s) over the tokens
///
/// A token uses few experts, but each expert's convolution needs every token: nothing is saved but the output
/// projection.
///
/// Knobs       experts (E), which divide the width; active, at most E; filter_order (o); conv (k), or none
/// Parameters  (D + 1) 3D + 3D (k + 1) + D + filter + D E + (m + 1) D    filter: 5 o + 2 (o² + o) + o D; without
///             the term in k where conv=none
/// FLOPs       T (6 D² + 6 D k + 4 D + 2 D E + 2 D + 2 m D) + D times the cheaper of Toeplitz product T (T + 1) and FFT
/// State       T D + (k - 1) 3D      the past of u, and the inputs that the short convolution still sees; convention
///             mad: D o
///             distilled: the orders of the trained filters' recurrences (layers/distillation.h) in place of T D
/// Protocol    mad-lab: the reference's routing (layers/routing.h), router with bias, no load balancing; the filter's
///             features are trained (E and 3 T parameters more); see hyena_filter.h
/// Source      Poli et al. 2024, arXiv:2403.17844, and its published code (mad-lab, hyena-experts)
Primitive hyena_experts();

}  // namespace madsearch
