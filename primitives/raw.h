#pragma once
#include <ATen/core/Tensor.h>

// From tensors to the pointers that kernels take.
namespace madsearch {

/// Calls body.operator()<S>() for the tensor's scalar, float or double.
template <class Body>
void dispatch(const at::Tensor& like, Body&& body) {
  if (like.scalar_type() == at::kDouble) return body.template operator()<double>();
  body.template operator()<float>();
}

template <class S>
S* data(const at::Tensor& x) {
  return x.defined() ? x.data_ptr<S>() : nullptr;
}

}  // namespace madsearch
