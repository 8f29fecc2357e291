#include "primitives/ops/gated_scan.h"

#include "primitives/kernels/launch_scan.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

template <bool kLogarithm>
struct GatedScanFunction : Function<GatedScanFunction<kLogarithm>> {
  template <class S>
  static kernels::GatedScan<S> arguments(const at::Tensor& a, const at::Tensor& b, const at::Tensor& before) {
    const auto T = a.size(-2), C = a.size(-1);
    return {data<S>(a), data<S>(b), data<S>(before), a.numel() / (T * C), T, C};
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& a, const at::Tensor& b, const Maybe& given) {
    const auto before = or_undefined(given);
    const auto h = at::empty_like(b);
    launch(a, [&]<class S>(auto device) {
      const auto in = arguments<S>(a, b, before);
      if constexpr (device.kCuda)
        kernels::gated_scan_cuda<kLogarithm, S>(in, data<S>(h), device.stream);
      else
        kernels::gated_scan_cpu<kLogarithm, S>(in, data<S>(h));
    });
    ctx->save_for_backward({a, before, h});
    return h;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [a, before, h] = saved_tensors<3>(ctx);
    const auto dy = whole(gradients[0]);
    const auto da = at::empty_like(a);
    const auto db = at::empty_like(a);
    const auto dh = at::zeros_like(a.select(-2, 0), at::MemoryFormat::Contiguous);
    launch(a, [&]<class S>(auto device) {
      const auto in = arguments<S>(a, {}, before);
      if constexpr (device.kCuda)
        kernels::gated_scan_backward_cuda<kLogarithm, S>(in, data<S>(h), data<S>(dy), data<S>(dh), data<S>(da),
                                                         data<S>(db), device.stream);
      else
        kernels::gated_scan_backward_cpu<kLogarithm, S>(in, data<S>(h), data<S>(dy), data<S>(dh), data<S>(da),
                                                        data<S>(db));
    });
    return {da, db, before.defined() ? dh : at::Tensor()};
  }
};

}  // namespace

at::Tensor gated_scan(const at::Tensor& a, const at::Tensor& b, const at::Tensor& before, Decay decay) {
  return decay == Decay::kLogarithm ? GatedScanFunction<true>::apply(whole(a), whole(b), maybe(before))
                                    : GatedScanFunction<false>::apply(whole(a), whole(b), maybe(before));
}

}  // namespace madsearch
