#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

constexpr auto kFakeGpu = at::kPrivateUse1;

/// Makes LibTorch allocate the fake GPU's memory, once.
void register_memory();

/// The numbers of a tensor on the fake GPU as a tensor of the CPU; another tensor stays as it is.
at::Tensor on_host(const at::Tensor& x);

}  // namespace madsearch
