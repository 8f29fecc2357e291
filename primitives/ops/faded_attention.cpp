#include "primitives/ops/faded_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "primitives/ops/function.h"
#include "primitives/ops/products.h"

namespace madsearch {
namespace {

constexpr std::int64_t kRows = 128;  // queries of a block

/// Tensors of some sequences, and a block of their queries.
struct Block {
  const at::Tensor &q, &k, &c;
  const AttentionHeads& heads;
  std::int64_t first, last;

  at::Tensor rows(const at::Tensor& u) const { return u.slice(2, first, last); }
  at::Tensor past(const at::Tensor& u) const { return u.slice(2, 0, last); }
  double scale() const { return 1 / std::sqrt(static_cast<double>(q.size(3))); }

  /// [N, H, rows, last], of c's type.
  at::Tensor weights() const {
    // Seen from the block's first token: what has faded by thousands has no weight and needs no digits.
    const auto near = past(c) - c.slice(2, first, first + 1);
    const auto products = at::matmul(rows(q), past(k).transpose(-1, -2));
    auto scores = at::add(rows(near).unsqueeze(3), products, scale()).sub_(near.unsqueeze(2));
    const auto all = heads.window >= last;  // then only the block's own tokens may lie ahead
    const auto from = all ? first : 0;
    const auto hidden = visible(first, last, heads, q.options()).slice(1, from).logical_not();
    scores.slice(3, from).masked_fill_(hidden, -INFINITY);
    return at::softmax(scores, -1);
  }
};

struct FadedAttentionFunction : Function<FadedAttentionFunction> {
  template <class Body>
  static void for_each_block(const at::Tensor& q, const at::Tensor& k, const at::Tensor& c, const AttentionHeads& heads,
                             Body&& body) {
    const auto T = q.size(2);
    for (std::int64_t first = 0; first < T; first += kRows)
      body(Block{q, k, c, heads, first, std::min(first + kRows, T)});
  }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& c, std::int64_t window, std::int64_t sinks) {
    ctx->save_for_backward({q, k, v, c});
    ctx->saved_data["window"] = window;
    ctx->saved_data["sinks"] = sinks;
    const auto y = at::empty_like(v, at::MemoryFormat::Contiguous);
    for_each_block(q, k, c, {.window = window, .sinks = sinks}, [&](const Block& block) {
      block.rows(y).copy_(at::matmul(block.weights().to(v.scalar_type()), block.past(v)));
    });
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list gradients) {
    const auto [q, k, v, c] = saved_tensors<4>(ctx);
    const AttentionHeads heads{.window = ctx->saved_data["window"].toInt(), .sinks = ctx->saved_data["sinks"].toInt()};
    const auto& dy = gradients[0];
    const auto type = q.scalar_type(), wide = c.scalar_type();
    const auto zeros = [&](const at::Tensor& u) { return at::zeros(u.sizes(), u.options().dtype(wide)); };
    const auto dq = at::empty_like(q, at::MemoryFormat::Contiguous);
    const auto dk = zeros(k), dv = zeros(v), dc = zeros(c);
    for_each_block(q, k, c, heads, [&](const Block& block) {
      const auto weights = block.weights();
      const auto d_output = block.rows(dy);
      block.past(dv).add_(at::matmul(weights.to(type).transpose(-1, -2), d_output));
      const auto d_weights = at::matmul(d_output, block.past(v).transpose(-1, -2)).to(wide);
      const auto d_scores = at::_softmax_backward_data(d_weights, weights, -1, wide);
      // Of c_s alone: c_t moves all scores of the row, and with them no weight.
      block.past(dc).sub_(d_scores.sum(2));
      const auto narrow = d_scores.to(type);
      block.rows(dq).copy_(at::matmul(narrow, block.past(k)) * block.scale());
      block.past(dk).add_(at::matmul(narrow.transpose(-1, -2), block.rows(q)), block.scale());
    });
    return {dq, dk.to(type), dv.to(type), dc, {}, {}};
  }
};

}  // namespace

at::Tensor visible(std::int64_t first, std::int64_t last, const AttentionHeads& heads,
                   const at::TensorOptions& options) {
  const auto s = at::arange(last, options.dtype(at::kLong));
  const auto lag = s.slice(0, first).unsqueeze(1) - s;
  return (lag >= 0).logical_and((lag < heads.window).logical_or(s < heads.sinks));
}

at::Tensor faded_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& c,
                           const AttentionHeads& heads, std::int64_t most) {
  const auto T = q.size(2);
  const auto sequences = std::max<std::int64_t>(1, most / (q.size(1) * std::min(T, kRows) * T));
  const auto type = product_type(q);
  const auto parts = [&](const at::Tensor& u) { return u.to(type).split(sequences); };
  const auto qs = parts(q), ks = parts(k), vs = parts(v);
  const auto cs = c.to(at::promote_types(type, at::kFloat)).split(sequences);
  std::vector<at::Tensor> out;
  for (std::size_t i = 0; i < qs.size(); ++i)
    out.push_back(FadedAttentionFunction::apply(qs[i], ks[i], vs[i], cs[i], heads.window, heads.sinks));
  return at::cat(out);
}

}  // namespace madsearch
