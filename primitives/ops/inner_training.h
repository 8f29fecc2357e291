#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// A linear model that is trained while it reads (kernels/ttt_linear.h), with gradients through its training. The
/// leading axes are equal.
struct InnerTraining {
  at::Tensor q, k, v;       // [..., T, F]
  at::Tensor rate;          // [..., T], the learning rate for what a token teaches
  at::Tensor scale;         // [..., n], of the i-th token's step in a mini-batch of n
  at::Tensor weight, bias;  // [..., F], of the inner LayerNorm
  at::Tensor W, b;          // [..., F, F], [..., F], the model before the first token
};

struct Trained {
  at::Tensor z;     // [..., T, F], what the model answers, before its LayerNorm
  at::Tensor W, b;  // [..., F, F], [..., F], the model at the start of the mini-batch of the next token
};

/// Trains and answers token by token. Time and memory linear in T.
Trained train_inner(const InnerTraining& in);

}  // namespace madsearch
