#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace madsearch {

/// Which experts a token uses, and how much.
struct Routing {
  at::Tensor weights;  // [R, ..., E], 0 for all but the `active` best
  at::Tensor balance;  // [R], the load balancing loss of all tokens
};

/// w = softmax of the `active` largest scores; with active = 1 the largest of softmax(scores), as a softmax of one
/// number would be 1 and teach the router nothing. balance = 0.01 E Σ_e f_e P_e, f: share of the tokens' choices, P:
/// mean softmax(scores). scores [R, ..., E]. Source: Fedus et al. 2021, arXiv:2101.03961, sections 2.1 and 2.2; Jiang
/// et al. 2024, arXiv:2401.04088, section 2.1.
Routing route(const at::Tensor& scores, std::int64_t active);

/// mad-lab's weights as they behave: scores below the active-th become 0, not -∞, before a softmax over all. No load
/// balancing.
at::Tensor reference_routing(const at::Tensor& scores, std::int64_t active);

}  // namespace madsearch
