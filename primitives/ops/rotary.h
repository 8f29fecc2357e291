#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

// Rotary positions: the pairs of channels (x_j, x_{j+n/2}) of a head of n channels are turned by t 10000^(-2j/n) at
// position t. Source: Su et al. 2021, arXiv:2104.09864, equation 34, where a pair is (x_{2j}, x_{2j+1}).
namespace madsearch {

/// Cosines and sines of the angles of T tokens, the first at position `offset`, for n channels: [T, 2, n/2]. Angles are
/// computed in float64 and the result has the dtype of `options`. n is even.
at::Tensor rotary_turns(std::int64_t T, std::int64_t n, const at::TensorOptions& options, std::int64_t offset = 0);

/// x [..., T, n] turned by `turns` [T, 2, n/2].
at::Tensor turned_pairs(const at::Tensor& x, const at::Tensor& turns);
/// The same of the leading `rotated` channels of x [..., T, n]; `turns` [T, 2, rotated/2] is not read if that is 0.
at::Tensor turned_pairs(const at::Tensor& x, std::int64_t rotated, const at::Tensor& turns);

/// x [..., T, n] turned, its first token at position `offset`.
at::Tensor rotary(const at::Tensor& x, std::int64_t offset = 0);
/// The same of the leading `rotated` channels.
at::Tensor partly_rotated(const at::Tensor& x, std::int64_t rotated, std::int64_t offset);

}  // namespace madsearch
