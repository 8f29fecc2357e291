// What LibTorch calls on the fake GPU.
#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/NativeFunctions.h>
#include <ATen/autocast_mode.h>
#include <ATen/native/CPUFallback.h>
#include <torch/library.h>

#include <atomic>
#include <set>
#include <stdexcept>

#include "fake_gpu.h"
#include "memory.h"
#include "primitives/ops/gpu.h"

namespace madsearch {
namespace {

std::atomic<std::int64_t> waits = 0;

/// What the stand-in of an operation copies is no wait of a real one.
thread_local int standing_in = 0;

struct StandIn {
  StandIn() { ++standing_in; }
  ~StandIn() { --standing_in; }
};

constexpr c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

// Memory.
at::Tensor empty(at::IntArrayRef sizes, std::optional<at::ScalarType> type, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(sizes, c10::GetAllocator(kFakeGpu), kKeys, c10::dtype_or_default(type), format);
}

at::Tensor empty_strided(at::IntArrayRef sizes, at::IntArrayRef strides, std::optional<at::ScalarType> type,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(sizes, strides, c10::GetAllocator(kFakeGpu), kKeys,
                                           c10::dtype_or_default(type));
}

/// Outputs that an operation of the CPU found empty.
const at::Tensor& resize(const at::Tensor& x, at::IntArrayRef sizes, std::optional<at::MemoryFormat>) {
  if (x.sizes() == sizes) return x;
  if (x.numel() > 0) throw std::logic_error("the fake GPU resizes only what is empty");
  x.unsafeGetTensorImpl()->set_storage_keep_dtype(at::empty(sizes, x.options()).storage());
  x.unsafeGetTensorImpl()->set_sizes_contiguous(sizes);
  return x;
}

// Copies.
at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool) {
  if (to.is_cpu() && standing_in == 0) ++waits;
  const c10::impl::ExcludeDispatchKeyGuard plain(c10::autograd_dispatch_keyset);
  on_host(to).copy_(on_host(from));
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  if (to.sizes() != from.sizes()) to.resize_(from.sizes());
  return copy_from(from, to, false);
}

at::Scalar number(const at::Tensor& x) {
  ++waits;
  return at::_local_scalar_dense(on_host(x));
}

/// All else: the CPU's operation on copies. What CUDA refuses is refused: a tensor of the CPU, but for a number and for
/// indices.
void on_cpu(const c10::OperatorHandle& operation, torch::jit::Stack* stack) {
  static const std::set<std::string> indexing = {"aten::index", "aten::index_put_", "aten::_index_put_impl_"};
  const auto& name = operation.schema().name();
  const auto check = [&](const at::Tensor& x) {
    if (x.defined() && x.is_cpu() && x.dim() > 0 && indexing.count(name) == 0)
      throw std::runtime_error(name + " got a tensor of the CPU beside one of the fake GPU");
  };
  for (const auto& value : torch::jit::last(*stack, operation.schema().arguments().size())) {
    if (value.isTensor()) check(value.toTensor());
    if (!value.isTensorList()) continue;
    for (const at::Tensor& x : value.toTensorList()) check(x);
  }
  const StandIn here;
  at::native::cpu_fallback(operation, stack);
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("resize_", &resize);
  m.impl("_copy_from", &copy_from);
  m.impl("_copy_from_and_resize", &copy_from_and_resize);
  m.impl("_local_scalar_dense", &number);
  // Views know no device.
  m.impl("view", &at::native::view);
  m.impl("as_strided", &at::native::as_strided_tensorimpl);
  m.impl("_reshape_alias", &at::native::_reshape_alias);
  m.impl("unfold", &at::native::unfold);
  m.impl("view_as_real", &at::native::view_as_real);
  m.impl("view_as_complex", &at::native::view_as_complex);
  m.impl("set_.source_Storage_storage_offset", &at::native::set_storage_cpu_);
}
TORCH_LIBRARY_IMPL(_, PrivateUse1, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&on_cpu>()); }

// A copy resolves a conjugate itself; LibTorch would call copies of copies without end.
TORCH_LIBRARY_IMPL(aten, Conjugate, m) { m.impl("_copy_from", torch::CppFunction::makeFallthrough()); }
TORCH_LIBRARY_IMPL(aten, Negative, m) { m.impl("_copy_from", torch::CppFunction::makeFallthrough()); }

}  // namespace

at::Device fake_gpu() {
  register_memory();
  return {kFakeGpu, 0};
}

std::int64_t waits_for_fake_gpu() { return waits; }

void* gpu_stream() { return nullptr; }

}  // namespace madsearch

namespace at::autocast {

// LibTorch's own lists of what CUDA computes in bf16, what in float32 and what in the widest type.
#define MADSEARCH_NARROW(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define MADSEARCH_SINGLE(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
#define MADSEARCH_SINGLE_UNLESS_TOLD(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32_set_opt_dtype)
#define MADSEARCH_WIDEST(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, promote)
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) { m.fallback(torch::CppFunction::makeFallthrough()); }
TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
  AT_FORALL_LOWER_PRECISION_FP(MADSEARCH_NARROW)
  AT_FORALL_FP32(MADSEARCH_SINGLE)
  AT_FORALL_FP32_SET_OPT_DTYPE(MADSEARCH_SINGLE_UNLESS_TOLD)
  AT_FORALL_PROMOTE(MADSEARCH_WIDEST)
}

}  // namespace at::autocast
