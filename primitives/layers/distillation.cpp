#include "primitives/layers/distillation.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace madsearch {
namespace {

at::TensorOptions wide() { return at::TensorOptions().dtype(at::kDouble); }

/// One filter of one replica with the left singular vectors and the singular values of its Hankel matrix
/// h_{1+i+j} [p, q], p + q = T. Float64.
struct Filter {
  at::Tensor h;         // [T]
  double largest;       // tap, without its sign
  at::Tensor U, sigma;  // [p, q], [q]; undefined if T < 2
};

Filter decompose(const at::Tensor& h) {
  Filter out{h, h.abs().max().item<double>(), {}, {}};
  if (!std::isfinite(out.largest)) throw std::invalid_argument("a filter that is not finite has no recurrence");
  if (const auto T = h.size(0); T >= 2) {
    const auto [U, sigma, V] = at::linalg_svd(h.slice(0, 1).unfold(0, T / 2, 1), false);
    out.U = U;
    out.sigma = sigma;
  }
  return out;
}

/// A recurrence within `off` of every tap has at least so many states n: its Hankel matrix has rank n, and a matrix of
/// that rank differs by at least the (n+1)-th singular value.
std::int64_t least_order(const Filter& filter, double off) {
  const auto reach = off * std::sqrt(static_cast<double>(filter.U.size(0) * filter.U.size(1)));
  return (filter.sigma > reach).sum().item<std::int64_t>();
}

struct Realisation {
  at::Tensor A, b, c;
};

/// The response without its first tap. [T - 1]
at::Tensor simulate(const Realisation& of, std::int64_t length) {
  auto out = at::empty({length}, wide());
  auto state = of.b;
  for (std::int64_t t = 0; t < length; ++t) {
    out[t] = at::dot(of.c, state);
    state = at::mv(of.A, state);
  }
  return out;
}

at::Tensor least_squares(const at::Tensor& matrix, const at::Tensor& right) {
  return std::get<0>(at::linalg_lstsq(matrix, right));
}

/// A recurrence of order n within `off` of every tap, if the balanced realisation is one.
std::optional<Realisation> realise(const Filter& filter, std::int64_t n, double off) {
  const auto T = filter.h.size(0);
  const auto taps = filter.h.slice(0, 1);
  const auto O = filter.U.slice(1, 0, n) * filter.sigma.slice(0, 0, n).sqrt();  // row t is c A^t
  Realisation out{
      O.size(0) > 1 ? least_squares(O.slice(0, 0, -1), O.slice(0, 1)) : at::zeros({n, n}, wide()), {}, O[0]};
  std::vector<at::Tensor> rows = {out.c};
  while (static_cast<std::int64_t>(rows.size()) < T - 1) rows.push_back(at::mv(out.A.t(), rows.back()));
  const auto all = at::stack(rows);
  if (!at::isfinite(all).all().item<bool>()) return std::nullopt;
  out.b = least_squares(all, taps.unsqueeze(1)).squeeze(1);
  const auto error = (simulate(out, T - 1) - taps).abs().max().item<double>();
  return error <= off ? std::optional(out) : std::nullopt;  // not if it is NaN
}

/// The inputs of the last T - 1 tokens as a recurrence.
Realisation delay_line(const Filter& filter) {
  const auto n = filter.h.size(0) - 1;
  const auto A = at::zeros({n, n}, wide());
  const auto b = at::zeros({n}, wide());
  if (n > 0) b[0] = 1;
  if (n > 1) A.diagonal(-1).fill_(1);
  return {A, b, filter.h.slice(0, 1)};
}

/// One order for the same filter of all replicas.
std::vector<Realisation> distil_one(const std::vector<Filter>& replicas, double tolerance) {
  const auto T = replicas.front().h.size(0);
  std::vector<Realisation> out;
  const auto all = [&](auto&& realisation) {
    out.clear();
    for (const auto& filter : replicas) {
      auto found = realisation(filter);
      if (!found) return false;
      out.push_back(std::move(*found));
    }
    return true;
  };
  std::int64_t n = 0;
  for (const auto& filter : replicas)
    if (T >= 2) n = std::max(n, least_order(filter, tolerance * filter.largest));
  for (; n <= T / 2; ++n) {
    const auto realisation = [&](const Filter& filter) -> std::optional<Realisation> {
      const auto off = tolerance * filter.largest;
      if (n > 0) return realise(filter, n, off);
      const auto none = at::zeros({0}, wide());
      const bool silent = T < 2 || filter.h.slice(0, 1).abs().max().item<double>() <= off;
      return silent ? std::optional(Realisation{at::zeros({0, 0}, wide()), none, none}) : std::nullopt;
    };
    if (all(realisation)) return out;
  }
  all([](const Filter& filter) { return std::optional(delay_line(filter)); });  // none is short: keep the past
  return out;
}

}  // namespace

DistilledFilters distil(const at::Tensor& filters, double tolerance) {
  const at::NoGradGuard constant;
  const auto h = filters.detach().to(at::kCPU, at::kDouble);
  std::vector<DistilledFilters::Recurrence> all;
  for (std::int64_t c = 0; c < h.size(1); ++c) {
    std::vector<Filter> replicas;
    for (std::int64_t r = 0; r < h.size(0); ++r) replicas.push_back(decompose(h[r][c]));
    std::vector<at::Tensor> A, b, out;
    for (const auto& one : distil_one(replicas, tolerance)) {
      A.push_back(one.A);
      b.push_back(one.b);
      out.push_back(one.c);
    }
    all.push_back({at::stack(A), at::stack(b), at::stack(out), h.select(1, c).select(-1, 0)});
  }
  return DistilledFilters(all, h.size(2), filters.options());
}

DistilledFilters::DistilledFilters(const std::vector<Recurrence>& all, std::int64_t length,
                                   const at::TensorOptions& options) {
  std::int64_t most = 0;
  for (const auto& one : all) {
    orders_.push_back(one.order());
    most = std::max(most, one.order());
  }
  std::vector<at::Tensor> A, b, c, d;
  std::vector<std::int64_t> slots;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto missing = most - orders_[i];
    A.push_back(at::constant_pad_nd(all[i].A, {0, missing, 0, missing}));
    b.push_back(at::constant_pad_nd(all[i].b, {0, missing}));
    c.push_back(at::constant_pad_nd(all[i].c, {0, missing}));
    d.push_back(all[i].d);
    for (std::int64_t n = 0; n < orders_[i]; ++n) slots.push_back(static_cast<std::int64_t>(i) * most + n);
  }
  A_ = at::stack(A, 1);
  b_ = at::stack(b, 1);
  c_ = at::stack(c, 1);
  d_ = at::stack(d, 1);
  std::vector<at::Tensor> taps = {d_};  // still in float64
  for (auto state = b_; static_cast<std::int64_t>(taps.size()) < length;
       state = at::matmul(A_, state.unsqueeze(-1)).squeeze(-1))
    taps.push_back((c_ * state).sum(-1));
  responses_ = at::stack(taps, -1);
  for (auto* part : {&A_, &b_, &c_, &d_, &responses_}) *part = part->to(options.requires_grad(false));
  slots_ = at::tensor(slots, at::kLong).to(options.device());
}

at::Tensor DistilledFilters::step(const at::Tensor& u, at::Tensor& states) const {
  const auto R = u.size(0), B = u.size(1), C = u.size(2), K = u.size(3), n = A_.size(-1);
  if (!states.defined()) states = at::zeros({R, B, numbers(), K}, u.options());
  const auto s = at::zeros({R, B, C * n, K}, u.options()).index_copy(2, slots_, states).view({R, B, C, n, K});
  const auto y = (c_.view({R, 1, C, n, 1}) * s).sum(3) + d_.view({R, 1, C, 1}) * u;
  const auto next = at::matmul(A_.unsqueeze(1), s) + b_.view({R, 1, C, n, 1}) * u.unsqueeze(3);
  states = next.reshape({R, B, C * n, K}).index_select(2, slots_);
  return y;
}

}  // namespace madsearch
