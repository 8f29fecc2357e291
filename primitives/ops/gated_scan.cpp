#include "primitives/ops/gated_scan.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "primitives/kernels/launch_scan.h"
#include "primitives/ops/raw.h"
#if defined(MADSEARCH_CUDA)
#include <c10/cuda/CUDAStream.h>
#endif

namespace madsearch {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

template <bool kLogarithm>
struct GatedScanFunction : torch::autograd::Function<GatedScanFunction<kLogarithm>> {
  template <class S>
  static kernels::GatedScan<S> arguments(const at::Tensor& a, const at::Tensor& b, const at::Tensor& before) {
    const auto T = a.size(-2), C = a.size(-1);
    return {data<S>(a), data<S>(b), data<S>(before), a.numel() / (T * C), T, C};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b,
                            const std::optional<at::Tensor>& given) {
    const auto before = given.value_or(at::Tensor());
    auto h = at::empty_like(b);
    dispatch(a, [&]<class S>() {
      const auto in = arguments<S>(a, b, before);
#if defined(MADSEARCH_CUDA)
      if (a.is_cuda())
        return kernels::gated_scan_cuda<kLogarithm, S>(in, data<S>(h), c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::gated_scan_cpu<kLogarithm, S>(in, data<S>(h));
    });
    ctx->save_for_backward({a, before, h});
    return h;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &a = saved[0], &before = saved[1], &h = saved[2];
    const auto dy = whole(gradients[0]);
    auto da = at::empty_like(a), db = at::empty_like(a),
         dh = at::zeros_like(a.select(-2, 0), at::MemoryFormat::Contiguous);
    dispatch(a, [&]<class S>() {
      const auto in = arguments<S>(a, {}, before);
#if defined(MADSEARCH_CUDA)
      if (a.is_cuda())
        return kernels::gated_scan_backward_cuda<kLogarithm, S>(in, data<S>(h), data<S>(dy), data<S>(dh), data<S>(da),
                                                                data<S>(db),
                                                                c10::cuda::getCurrentCUDAStream().stream());
#endif
      kernels::gated_scan_backward_cpu<kLogarithm, S>(in, data<S>(h), data<S>(dy), data<S>(dh), data<S>(da),
                                                      data<S>(db));
    });
    return {da, db, before.defined() ? dh : at::Tensor()};
  }
};

}  // namespace

at::Tensor gated_scan(const at::Tensor& a, const at::Tensor& b, const at::Tensor& before, Decay decay) {
  std::optional<at::Tensor> given;
  if (before.defined()) given.emplace(whole(before));
  return decay == Decay::kLogarithm ? GatedScanFunction<true>::apply(whole(a), whole(b), given)
                                    : GatedScanFunction<false>::apply(whole(a), whole(b), given);
}

}  // namespace madsearch
