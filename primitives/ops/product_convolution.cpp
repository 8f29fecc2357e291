#include "primitives/ops/product_convolution.h"

#include <algorithm>

#include "primitives/ops/function.h"
#include "primitives/ops/products.h"

namespace madsearch {
namespace {

/// [R, H, T] -> [R, H, s, t], h_{t-s} or 0.
at::Tensor toeplitz(const at::Tensor& h) {
  const auto T = h.size(-1);
  return at::constant_pad_nd(h, {T - 1, 0}).unfold(-1, T, 1).flip(-2);
}

/// The gradient of h from that of its matrix: sums over diagonals, always in the same order.
at::Tensor sums_of_diagonals(const at::Tensor& matrix) {
  const auto T = matrix.size(-1);
  const auto apart = at::constant_pad_nd(matrix.flip(-2), {0, T}).flatten(-2);  // rows of 2 T, to be read as of 2 T - 1
  return apart.slice(-1, 0, T * (2 * T - 1)).unflatten(-1, {T, 2 * T - 1}).sum(-2).slice(-1, T - 1);
}

/// Products u_i w_j of channels: u, w [R, H, B, M, T] -> [R, H, B, i, j, T].
at::Tensor pairwise(const at::Tensor& u, const at::Tensor& w) { return u.unsqueeze(4) * w.unsqueeze(3); }

/// Some heads, and some sequences of them.
struct Piece {
  std::int64_t head, heads, first, sequences;

  at::Tensor of_heads(const at::Tensor& u) const { return u.slice(1, head, head + heads); }            // [R, H, ..]
  at::Tensor of(const at::Tensor& u) const { return of_heads(u).slice(2, first, first + sequences); }  // [R, H, B, ..]
};

struct ProductConvolutionFunction : Function<ProductConvolutionFunction> {
  template <class Body>
  static void for_each_piece(const at::Tensor& x, std::int64_t most, Body&& body) {
    const auto H = x.size(1), B = x.size(2);
    const auto of_sequence = x.size(0) * x.size(3) * x.size(3) * x.size(4);  // and head
    const auto heads = std::clamp<std::int64_t>(most / (of_sequence * B), 1, H);
    const auto sequences = std::clamp<std::int64_t>(most / (of_sequence * heads), 1, B);
    for (std::int64_t head = 0; head < H; head += heads)
      for (std::int64_t first = 0; first < B; first += sequences) body(Piece{head, heads, first, sequences});
  }

  /// x1, x2, v [R, H, B, M, T] in any types, h [R, H, T] in that of the products' matrices.
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v,
                            const at::Tensor& h, std::int64_t most) {
    ctx->save_for_backward({x1, x2, v, h});
    ctx->saved_data["most"] = most;
    const auto wide = at::promote_types(h.scalar_type(), at::kFloat);
    const auto y = at::empty(x1.sizes(), h.options().dtype(wide));
    for_each_piece(x1, most, [&](const Piece& piece) {
      const auto rows = pairwise(piece.of(v), piece.of(x2)).to(h.scalar_type());
      const auto past = at::matmul(rows.flatten(2, 4), toeplitz(piece.of_heads(h))).view(rows.sizes());
      piece.of(y).copy_((piece.of(x1).unsqueeze(4) * past).sum(3, false, wide));
    });
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [x1, x2, v, h] = saved_tensors<4>(ctx);
    const auto& dy = gradients[0];
    const auto wide = dy.scalar_type();
    const auto dx1 = at::empty_like(x1), dx2 = at::empty_like(x2), dv = at::empty_like(v);
    const auto dh = at::zeros(h.sizes(), h.options().dtype(wide));
    for_each_piece(x1, ctx->saved_data["most"].toInt(), [&](const Piece& piece) {
      const auto matrix = toeplitz(piece.of_heads(h));
      const auto rows = pairwise(piece.of(v), piece.of(x2)).to(h.scalar_type());
      const auto past = at::matmul(rows.flatten(2, 4), matrix).view(rows.sizes());
      piece.of(dx1).copy_((past * piece.of(dy).unsqueeze(3)).sum(4, false, wide));
      const auto d_past = pairwise(piece.of(x1), piece.of(dy)).to(h.scalar_type()).flatten(2, 4);
      const auto d_matrix = at::matmul(rows.flatten(2, 4).transpose(-1, -2), d_past);
      piece.of_heads(dh).add_(sums_of_diagonals(d_matrix.to(wide)));
      const auto d_rows = at::matmul(d_past, matrix.transpose(-1, -2)).view(rows.sizes());
      piece.of(dv).copy_((d_rows * piece.of(x2).unsqueeze(3)).sum(4, false, wide));
      piece.of(dx2).copy_((d_rows * piece.of(v).unsqueeze(4)).sum(3, false, wide));
    });
    return {dx1, dx2, dv, dh.to(h.scalar_type()), {}};
  }
};

}  // namespace

at::Tensor product_convolution(const at::Tensor& x1, const at::Tensor& x2, const at::Tensor& v, const at::Tensor& h,
                               std::int64_t most) {
  const auto channels_first = [](const at::Tensor& u) { return u.permute({0, 2, 1, 4, 3}).contiguous(); };
  const auto y = ProductConvolutionFunction::apply(channels_first(x1), channels_first(x2), channels_first(v),
                                                   h.to(product_type(h)), most);
  return y.permute({0, 2, 1, 4, 3});
}

}  // namespace madsearch
