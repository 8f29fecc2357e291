#pragma once
#include "primitives/ops/carried.h"

namespace madsearch {

/// The selective scan of kernels/selective_scan.h with gradients, from a state of zeros. u, delta [R, B, T, I];
/// A [R, N, I]; b, c [R, B, T, N] -> y [R, B, T, I]. Time and memory linear in T.
at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                          const at::Tensor& c);
/// The same from `state` [R, B, N, I], zeros if undefined, to the state after the last token.
Carried selective_scan_from(const at::Tensor& state, const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                            const at::Tensor& b, const at::Tensor& c);

}  // namespace madsearch
