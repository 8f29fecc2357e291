#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A gated long convolution whose filter is a function of the position. Causal.
///
///   x0, x1, v = conv_k(x W + b)                        x [R, B, T, D]; I = inner D channels each; W makes 3I/groups,
///                                                      which are repeated; conv_k: k taps a channel and a bias
///   u = v * x1    y = h ∗ u + bias u                   ∗: convolution over time; h: one implicit filter a channel
///                                                      (hyena_filter.h), bias [I]
///   out = (y * x0) Wo + bo                             out [R, B, T, D]
///
/// Knobs       inner, a ratio to the width; filter_order (width o of the filter's network); proj_groups; conv (k), or
///             none
/// Parameters  (D + 1) 3I/groups + 3I (k + 1) + I + filter + (I + 1) D    filter: 5 o + 2 (o² + o) + o I; without
///             the term in k where conv=none
/// FLOPs       T (2 D 3I/groups + 6 I k + 2 I D + 4 I) + I times the cheaper of Toeplitz product T (T + 1) and FFT
/// State       T I + (k - 1) 3I      the past of u, and the inputs that the short convolution still sees; convention
///             mad: I o
///             distilled: the orders of the trained filters' recurrences (layers/distillation.h) in place of T I
/// Protocol    mad-lab: the filter's features are trained (3 T parameters more); see hyena_filter.h
/// Source      Poli et al. 2023, arXiv:2302.10866, sections 3.1 and 3.3
Primitive hyena();

}  // namespace madsearch
