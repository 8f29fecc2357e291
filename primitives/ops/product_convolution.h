#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace madsearch {

/// The outer products of each head, convolved over time and read:
///
///   y_j(t) = Σ_i x1_i(t) Σ_{s≤t} h_{t-s} v_i(s) x2_j(s)     x1, x2, v and y [R, B, H, T, M], h [R, H, T]
///
/// M² products a token are as many times what a token is itself, so they are made for some heads and sequences at once,
/// convolved by a product with a T x T matrix of the head, and made again in backward. Under autocast products of
/// matrices are of its type.
///
/// `most`: numbers of outer products at once, of one sequence and head of each replica at least.
at::Tensor product_convolution(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v, const at::Tensor& h,
                               std::int64_t most = std::int64_t{1} << 25);

}  // namespace madsearch
