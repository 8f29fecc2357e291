#include "primitives/ops/selective_scan.h"

#include "primitives/kernels/launch.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

/// Outputs {y}, or {y, state} if the state after the last token is wanted. The CPU's kernels advance a state in place
/// where there is one to begin from or to give back.
struct SelectiveScanFunction : Function<SelectiveScanFunction> {
  template <class S>
  static kernels::SelectiveScan<S> arguments(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                                             const at::Tensor& b, const at::Tensor& c) {
    return {data<S>(u), data<S>(delta),        data<S>(A), data<S>(b), data<S>(c),
            u.size(0),  u.size(0) * u.size(1), u.size(2),  u.size(3),  A.size(1)};
  }

  static std::vector<std::int64_t> state_sizes(const at::Tensor& u, const at::Tensor& A) {
    return {u.size(0), u.size(1), A.size(1), u.size(3)};
  }

  static variable_list forward(AutogradContext* ctx, const Maybe& initial, const at::Tensor& u, const at::Tensor& delta,
                               const at::Tensor& A, const at::Tensor& b, const at::Tensor& c, bool carried) {
    const auto h0 = or_undefined(initial);
    ctx->save_for_backward({u, delta, A, b, c, h0});
    const auto y = at::empty_like(u);
    const bool in_place = carried || h0.defined();
    const auto h = in_place ? copy_or_zeros(h0, state_sizes(u, A), u.options()) : at::Tensor();
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(u, delta, A, b, c);
      if constexpr (device.kCuda)
        kernels::selective_scan_cuda<S>(in, data<S>(h0), data<S>(y), data<S>(h), device.stream);
      else
        kernels::selective_scan_cpu<S>(in, data<S>(y), data<S>(h));
    });
    return carried ? variable_list{y, h} : variable_list{y};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [u, delta, A, b, c, h0] = saved_tensors<6>(ctx);
    const auto dy = whole(gradients[0]);
    const auto du = at::empty_like(u);
    const auto ddelta = at::empty_like(u);
    auto dA = at::zeros_like(A);
    auto db = at::zeros_like(b);
    auto dc = at::zeros_like(c);
    const bool carried = gradients.size() > 1;
    const bool in_place = carried || h0.defined();
    const auto d_state = carried ? whole(gradients[1]) : at::Tensor();
    const auto dh = in_place ? copy_or_zeros(d_state, state_sizes(u, A), u.options()) : at::Tensor();
    launch(u, [&]<class S>(auto device) {
      const auto in = arguments<S>(u, delta, A, b, c);
      if constexpr (device.kCuda) {
        // What several blocks add to is written by each, then summed in one order: the same numbers each time.
        const auto [blocks, chunks] = kernels::selective_parts(in.T, in.I, in.N);
        auto parts = b.sizes().vec();
        parts.insert(parts.begin(), blocks);
        const auto of_A = at::empty({in.M, in.N, in.I}, u.options());
        const auto of_b = at::empty(parts, u.options());
        const auto of_c = at::empty(parts, u.options());
        const auto kept = at::empty({in.M, chunks, in.N, in.I}, u.options());
        const kernels::SelectiveGradients<S> d = {data<S>(du), data<S>(ddelta), data<S>(of_A), data<S>(of_b),
                                                  data<S>(of_c)};
        kernels::selective_scan_backward_cuda<S>(in, data<S>(h0), data<S>(dy), data<S>(d_state), d, data<S>(kept),
                                                 data<S>(dh), device.stream);
        dA = of_A.view({in.R, in.M / in.R, in.N, in.I}).sum(1);
        db = of_b.sum(0);
        dc = of_c.sum(0);
      } else {
        kernels::selective_scan_backward_cpu<S>(in, data<S>(h0), data<S>(dy), data<S>(dh), data<S>(du), data<S>(ddelta),
                                                data<S>(dA), data<S>(db), data<S>(dc));
      }
    });
    return {h0.defined() ? dh : at::Tensor(), du, ddelta, dA, db, dc, {}};
  }
};

}  // namespace

at::Tensor selective_scan(const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A, const at::Tensor& b,
                          const at::Tensor& c) {
  return SelectiveScanFunction::apply(Maybe(), whole(u), whole(delta), whole(A), whole(b), whole(c), false)[0];
}

Carried selective_scan_from(const at::Tensor& state, const at::Tensor& u, const at::Tensor& delta, const at::Tensor& A,
                            const at::Tensor& b, const at::Tensor& c) {
  const auto out =
      SelectiveScanFunction::apply(maybe(state), whole(u), whole(delta), whole(A), whole(b), whole(c), true);
  return {out[0], out[1]};
}

}  // namespace madsearch
