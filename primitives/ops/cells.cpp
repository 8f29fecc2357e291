#include "primitives/ops/cells.h"

#include <limits>

#include "primitives/kernels/gru.h"
#include "primitives/kernels/launch_cells.h"
#include "primitives/kernels/lstm.h"
#include "primitives/kernels/slstm.h"
#include "primitives/ops/function.h"

namespace madsearch {
namespace {

/// The gradient of the recurrent matrices' blocks, Σ over sequences and tokens of d_rec h_{t-1}ᵀ, as one product after
/// the loop. d_rec [R, B, T, G D], last_h (h_{t-1}) [R, B, T, D] -> [R, H, G, d, d], `sizes`.
at::Tensor weight_gradient(const at::Tensor& d_rec, const at::Tensor& last_h, at::IntArrayRef sizes) {
  const auto R = sizes[0], H = sizes[1], G = sizes[2], d = sizes[3], N = last_h.numel() / (R * H * d);
  const auto left = d_rec.view({R, N, G, H, d}).permute({0, 3, 2, 4, 1}).reshape({R * H, G * d, N});
  const auto right = last_h.view({R, N, H, d}).transpose(1, 2).reshape({R * H, N, d});
  return at::bmm(left, right).view(sizes);
}

template <class Kernel>
struct CellFunction : Function<CellFunction<Kernel>> {
  static constexpr auto G = Kernel::kGates, K = Kernel::kCells;

  template <class S>
  static kernels::CellSequences<S> arguments(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                                             const at::Tensor& h, const at::Tensor& y) {
    const auto R = y.size(0), B = y.size(1);
    return {data<S>(x), data<S>(weight), data<S>(bias), data<S>(h), R, R * B, y.size(2), y.size(3), weight.size(1)};
  }

  /// Outputs {h}, or {h, the last cells} for a kernel with cells.
  static variable_list forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, const at::Tensor& h, const Maybe& first_cells) {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3) / G;
    const auto y = at::empty({R, B, T, D}, x.options());
    const auto kept = at::empty({R, B, T, Kernel::kKept, D}, x.options());
    at::Tensor cells;
    if constexpr (K > 0) {
      cells = at::empty({R, B, T + 1, K, D}, x.options());
      cells.select(2, 0).copy_(*first_cells);
    }
    const auto turned = weight.transpose(-1, -2).contiguous();
    launch(x, [&]<class S>(auto device) {
      const auto in = arguments<S>(x, turned, bias, h, y);
      if constexpr (device.kCuda)
        kernels::cell_cuda<Kernel, S>(in, data<S>(y), data<S>(kept), data<S>(cells), device.stream);
      else
        kernels::cell_cpu<Kernel, S>(in, data<S>(y), data<S>(kept), data<S>(cells));
    });
    ctx->save_for_backward({weight, h, y, kept, cells});
    if constexpr (K > 0) return {y, cells.select(2, T).clone()};
    return {y};
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [weight, h, y, kept, cells] = saved_tensors<5>(ctx);
    const auto R = y.size(0), B = y.size(1), T = y.size(2), D = y.size(3);
    const auto dy = whole(gradients[0]);
    const auto dh = at::zeros_like(h);
    const auto d_rec = at::empty({R, B, T, G * D}, y.options());
    const auto dx = Kernel::kSplit ? at::empty_like(d_rec) : d_rec;
    at::Tensor dcells;
    if constexpr (K > 0) dcells = whole(gradients[1]).clone();
    launch(y, [&]<class S>(auto device) {
      const auto in = arguments<S>({}, weight, {}, h, y);
      if constexpr (device.kCuda)
        kernels::cell_backward_cuda<Kernel, S>(in, data<S>(y), data<S>(kept), data<S>(cells), data<S>(dy), data<S>(dh),
                                               data<S>(dcells), data<S>(dx), data<S>(d_rec), device.stream);
      else
        kernels::cell_backward_cpu<Kernel, S>(in, data<S>(y), data<S>(kept), data<S>(cells), data<S>(dy), data<S>(dh),
                                              data<S>(dcells), data<S>(dx), data<S>(d_rec));
    });
    const auto last_h = at::cat({h.unsqueeze(2), y.slice(2, 0, T - 1)}, 2);
    return {dx, weight_gradient(d_rec, last_h, weight.sizes()), d_rec.sum({1, 2}), dh, dcells};
  }
};

}  // namespace

CellRun run_cell(Cell cell, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& h,
                 const at::Tensor& cells) {
  const auto run = [&]<class Kernel>() -> CellRun {
    const auto inputs = whole(x);
    const auto R = x.size(0), B = x.size(1), D = x.size(3) / Kernel::kGates;
    const auto first_h = h.defined() ? whole(h) : at::zeros({R, B, D}, inputs.options());
    Maybe first_cells;
    if constexpr (Kernel::kCells > 0) {
      first_cells = maybe(cells);
      if (!first_cells) {
        first_cells = at::zeros({R, B, Kernel::kCells, D}, inputs.options());
        if constexpr (Kernel::kCells == 3) first_cells->select(2, 2).fill_(-std::numeric_limits<double>::infinity());
      }
    }
    const auto out = CellFunction<Kernel>::apply(inputs, whole(weight), whole(bias), first_h, first_cells);
    return {out[0], Kernel::kCells > 0 ? out[1] : at::Tensor()};
  };
  switch (cell) {
    case Cell::kLstm:
      return run.template operator()<kernels::Lstm>();
    case Cell::kGru:
      return run.template operator()<kernels::Gru>();
    case Cell::kSlstm:
      return run.template operator()<kernels::Slstm<true>>();
    case Cell::kSlstmExponential:
      return run.template operator()<kernels::Slstm<false>>();
  }
  return {};
}

}  // namespace madsearch
