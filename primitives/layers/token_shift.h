#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

// RWKV's token shift: what a projection reads is x_t moved towards x_{t-1}, in each channel by a share μ of its own
// (lerp in Peng et al. 2024, arXiv:2404.05892, section 4.1). RWKV-5's code writes 1 - μ where RWKV-6's writes μ; here
// it is μ everywhere.
namespace madsearch {

/// x_{t-1} at every t, zeros at the first. x [R, B, T, C] -> the same.
at::Tensor previous_token(const at::Tensor& x);

/// x_{t-1} - x_t at every t. x [R, B, T, D] -> the same.
at::Tensor change_to_previous(const at::Tensor& x);

/// x + change * mu. x, change [R, ..., D] (change = x_{t-1} - x_t), mu [R, D].
at::Tensor token_shifted(const at::Tensor& x, const at::Tensor& change, const at::Tensor& mu);

/// What μ is at first, [D]: 1 - (i/D)^power for channel i, so that the first channel reads the token before and the
/// last its own. The authors let `power` fall with the depth of a layer; it is here that of a first layer, as in the
/// reference of MAD.
at::Tensor initial_shares(std::int64_t width, double power);

}  // namespace madsearch
