#pragma once
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "primitives/ops/gpu.h"
#include "primitives/ops/raw.h"

// What the autograd functions over kernels share. Such a function is a struct derived from Function; its `forward`
// saves the tensors that its `backward` needs, and both call a kernel through `launch`.
namespace madsearch {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

/// How autograd takes an argument that may be undefined.
using Maybe = std::optional<at::Tensor>;

/// An argument made ready for a kernel (see `whole`), or none if it is undefined.
inline Maybe maybe(const at::Tensor& x) { return x.defined() ? Maybe(whole(x)) : std::nullopt; }

/// The tensor, undefined where there is none.
inline at::Tensor or_undefined(const Maybe& x) { return x.value_or(at::Tensor()); }

/// The N tensors that forward saved, in its order. Precondition: it saved N.
template <std::size_t N>
std::array<at::Tensor, N> saved_tensors(AutogradContext* ctx) {
  auto all = ctx->get_saved_variables();
  std::array<at::Tensor, N> out;
  std::move(all.begin(), all.end(), out.begin());
  return out;
}

/// A gradient to add to, zeros of the size of `x`. Undefined stays undefined.
inline at::Tensor zeros_if_defined(const at::Tensor& x) { return x.defined() ? at::zeros_like(x) : at::Tensor(); }

/// Such gradients of the first `count` inputs.
inline variable_list zero_gradients(const variable_list& inputs, int count) {
  variable_list out;
  for (int input = 0; input < count; ++input) out.push_back(zeros_if_defined(inputs[input]));
  return out;
}

/// A state that a kernel advances in place: a copy of `initial`, or zeros of `sizes` if that is undefined.
inline at::Tensor copy_or_zeros(const at::Tensor& initial, at::IntArrayRef sizes, const at::TensorOptions& options) {
  return initial.defined() ? initial.clone() : at::zeros(sizes, options);
}

struct OnCpu {
  static constexpr bool kCuda = false;
};
struct OnCuda {
  static constexpr bool kCuda = true;
  void* stream;  // the current one
};

/// Calls body.operator()<S>(device) for the scalar and the device of `like`: float or double, OnCpu or OnCuda. Only a
/// build with MADSEARCH_CUDA has the second; the body tells them apart by `if constexpr (device.kCuda)`.
template <class Body>
void launch(const at::Tensor& like, Body&& body) {
  dispatch(like, [&]<class S>() {
#if defined(MADSEARCH_CUDA)
    if (on_gpu(like)) {
      body.template operator()<S>(OnCuda{gpu_stream()});
      return;
    }
#endif
    body.template operator()<S>(OnCpu{});
  });
}

}  // namespace madsearch
