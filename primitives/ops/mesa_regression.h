#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// The ridge regression of values on keys of a fading past, solved at every token (kernels/mesa.h), with gradients. The
/// leading axes are equal.
struct MesaInputs {
  at::Tensor q, k, v;          // [..., T, F]
  at::Tensor log_decay, beta;  // [..., T], the first at most 0
  at::Tensor lambda;           // [..., F], positive
};

struct MesaOutputs {
  at::Tensor o, state;  // [..., T, F], [..., 2, F, F]: A and B after the last token
};

/// From `state`, zeros if undefined. Time and memory linear in T.
MesaOutputs mesa_regression(const MesaInputs& in, const at::Tensor& state = {});

}  // namespace madsearch
