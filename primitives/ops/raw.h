#pragma once
#include <ATen/core/Tensor.h>

// From tensors to the pointers that kernels take.
namespace madsearch {

/// Calls body.operator()<S>() for the scalar of `like`, double for float64 and else float.
template <class Body>
void dispatch(const at::Tensor& like, Body&& body) {
  if (like.scalar_type() == at::kDouble) return body.template operator()<double>();
  body.template operator()<float>();
}

/// Contiguous, and float32 unless float64: kernels keep their states in float32 under autocast. Undefined stays
/// undefined.
inline at::Tensor whole(const at::Tensor& x) {
  if (!x.defined()) return x;
  return (x.scalar_type() == at::kDouble ? x : x.to(at::kFloat)).contiguous();
}

/// The numbers of a contiguous tensor of scalar S; nullptr if it is undefined.
template <class S>
S* data(const at::Tensor& x) {
  return x.defined() ? x.data_ptr<S>() : nullptr;
}

}  // namespace madsearch
