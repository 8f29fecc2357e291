#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// Multi-head Hyena: each head convolves the outer products of two projections with one filter and reads them with a
/// third. Causal.
///
///   x1, x2, v = conv_k(x W + b)                        x [R, B, T, D]; D/M heads of M channels; W makes 3D/groups,
///                                                      which are repeated; conv_k: k taps a channel and a bias
///   w_t = v_tᵀ x2_t    w' = h ∗ w + bias w             [M, M] a head; ∗: convolution over time; one implicit
///                                                      filter (hyena_filter.h) and one bias a head
///   y_t = x1_t w'_t    out = y Wo + bo                 out [R, B, T, D]
///
/// which is y_t = Σ_{s≤t} h_{t-s} (x1_t · v_s) x2_s + bias (x1_t · v_t) x2_t, attention without a softmax whose weights
/// fade with distance.
///
/// Knobs       head_size (M), which must divide D; filter_order (o); proj_groups; conv (k), or none
/// Parameters  (D + 1) 3D/groups + 3D (k + 1) + D/M + filter + (D + 1) D    filter: 5 o + 2 (o² + o) + o D/M; without
///             the term in k where conv=none
/// FLOPs       T (2 D 3D/groups + 6 D k + 2 D²) + the cheaper of 2 D T (T + 1), the form with scores, and the
///             convolutions of D M products, 4 T D M and D M times the cheaper of Toeplitz product T (T + 1) and FFT
/// State       2 T D + (k - 1) 3D    the past of v and x2, and the short convolution's; convention mad: D M o
///             distilled: M² times the orders of the trained filters' recurrences (layers/distillation.h) in place of
///             2 T D
/// Protocol    mad-lab: the filter's features are trained (3 T parameters more); see hyena_filter.h
/// Source      Massaroli et al. 2023, arXiv:2310.18780, section 4
Primitive mh_hyena();

}  // namespace madsearch
