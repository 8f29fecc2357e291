#pragma once
#include "primitives/primitive.h"

namespace madsearch {

/// A mixture of gated MLPs: a router sends each token to the best `active` of E experts; `shared` more serve every
/// token.
///
///   s = x Wr    w = softmax of the `active` largest s, 0 elsewhere  x [R, B, T, D]; s, w [.., E]
///   active=1: w = the largest of softmax(s), as a softmax of one number would be 1 and teach the router nothing
///   out = Σ_e w_e (silu(x W1_e) * (x W2_e)) W3_e       expert's inner size m = inner D
///         + (silu(x V1) * (x V2)) V3                   the S shared experts, which are one MLP of inner size S m
///   loss += 0.01 E Σ_e f_e P_e                         load balancing; f: share of the tokens' choices,
///                                                      P: mean of softmax(s) over the tokens
///
/// No short convolution inside (Canon-D), as the tokens of an expert aren't neighbours.
///
/// Knobs       experts (E, the routed ones); active, at most E; shared (S, 0 for none); inner of one expert, a ratio to
///             the width, or auto (search/architecture/sizes.h)
/// Parameters  3 D m (E + S) + D E, active 3 D m (active + S) + D E
/// FLOPs       T (6 D m (active + S) + 2 D E)
/// State       0
/// Initial     W3_e as an MLP of its own would begin: of the m channels that it reads, not of all E m
/// Protocol    mad-lab: the reference's routing and experts: hidden = (x U1) * gelu(x U2) of all experts, projected by
///             one dense matrix to D E numbers; scores below the active-th become 0 (not -∞) before the softmax; router
///             with bias; no load balancing. Parameters 2 D m E + m D E² + D E + E (the reference's unused `gates` are
///             left out), all active. It has no shared experts; ours are added and counted as above
/// Source      Fedus et al. 2021, arXiv:2101.03961, sections 2.1 (active=1) and 2.2 (load balancing); Jiang et al.
///             2024, arXiv:2401.04088, section 2.1 (active>1); Dai et al. 2024 (DeepSeekMoE), arXiv:2401.06066, section
///             3.2 (shared; its routed weights are softmax(s) of all experts, not divided by their sum: ours stay those
///             of the second line)
Primitive moe();

}  // namespace madsearch
