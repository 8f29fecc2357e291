#pragma once
#include <ATen/core/Tensor.h>

// RWKV's token shift: what a projection reads is x_t moved towards x_{t-1}, in each channel by a share μ of its own
// (lerp in Peng et al. 2024, arXiv:2404.05892, section 4.1). RWKV-5's code writes 1 - μ where RWKV-6's writes μ; here
// it is μ everywhere.
namespace madsearch {

/// A number a channel, [R, D] -> [R, 1, ..., D], to go with x [R, ..., D].
at::Tensor for_every_token(const at::Tensor& numbers, const at::Tensor& x);

/// x_{t-1} - x_t, x_{-1} = 0. x [R, B, T, D] -> the same.
at::Tensor back_by_one(const at::Tensor& x);

/// x + back * mu. x, back [R, ..., D] (back = x_{t-1} - x_t), mu [R, D].
at::Tensor shifted(const at::Tensor& x, const at::Tensor& back, const at::Tensor& mu);

/// What μ is at first, [D]: 1 - (i/D)^power for channel i, so that the first channel reads the token before and the
/// last its own. The authors let `power` fall with the depth of a layer; it is here that of a first layer, as in the
/// reference of MAD.
at::Tensor initial_shares(std::int64_t width, double power);

}  // namespace madsearch
