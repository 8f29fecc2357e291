#pragma once
#include <algorithm>
#include <vector>

#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// What causal attention reads, of M sequences: rows of q are `q_row` numbers apart and hold H heads of d, those of k and v `k_row` apart
/// with G heads each, of which H / G query heads share one. `turns` [T, 2, d/2], cosines and sines, or null for no rotary positions.
template <class S>
struct CausalAttention {
  const S *q, *k, *v, *turns;
  std::int64_t q_row, k_row, M, T, H, G, d, window;
};

/// Attention for short sequences on a CPU, scores of one token at a time: a head of 8 channels is too small for matrix products. kSize is d,
/// or 0 for any.
template <class S, int kSize>
class AttentionLoops {
 public:
  explicit AttentionLoops(const CausalAttention<S>& in)
      : in_(in), d_(kSize ? kSize : in.d), scale_(1 / std::sqrt(static_cast<S>(d_))), keys_(size(d_ * in.T)), values_(keys_.size()),
        d_keys_(keys_.size()), d_values_(keys_.size()), scores_(size(in.T)), d_scores_(size(in.T)), query_(size(d_)), d_query_(size(d_)) {}

  /// y [M, T, H d] and lse [M, H, T], the logarithm of each row's sum of exponentials.
  void forward(S* y, S* lse) {
    for_each_head([&](std::int64_t m, std::int64_t h) {
      for (std::int64_t t = 0; t < in_.T; ++t) {
        const auto first = std::max<std::int64_t>(0, t + 1 - in_.window), n = t + 1 - first;
        load_query(m, t, h);
        const S most = score(first, n);
        S sum = 0;
        for (std::int64_t i = 0; i < n; ++i) {
          const S p = exponential(scores_[i] - most);
          scores_[i] = p;
          sum += p;
        }
        S* yt = y + ((m * in_.T + t) * in_.H + h) * d_;
        const S* v = in_.v + (m * in_.T + first) * in_.k_row + h / (in_.H / in_.G) * d_;
        mean(v, n, 1 / sum, yt);
        lse[(m * in_.H + h) * in_.T + t] = most + std::log(sum);
      }
    });
  }

  /// Gradients with the strides of q and of k and v; all rows of the heads are written.
  void backward(const S* y, const S* lse, const S* dy, S* dq, S* dk, S* dv) {
    const auto share = in_.H / in_.G;
    for_each_head([&](std::int64_t m, std::int64_t h) {
      const auto g = h / share;
      if (h % share == 0) {
        transpose(in_.v, m, g, values_, nullptr);
        std::fill(d_keys_.begin(), d_keys_.end(), S(0));
        std::fill(d_values_.begin(), d_values_.end(), S(0));
      }
      for (std::int64_t t = 0; t < in_.T; ++t) {
        const auto at = ((m * in_.T + t) * in_.H + h) * d_;
        backward_row(m, t, h, y + at, dy + at, lse[(m * in_.H + h) * in_.T + t]);
        turn_back(d_query_.data(), 1, t);
        for (std::int64_t j = 0; j < d_; ++j) dq[(m * in_.T + t) * in_.q_row + h * d_ + j] = d_query_[j];
      }
      if ((h + 1) % share) return;
      for (std::int64_t t = 0; t < in_.T; ++t) {
        turn_back(d_keys_.data() + t, in_.T, t);
        const auto at = (m * in_.T + t) * in_.k_row + g * d_;
        for (std::int64_t j = 0; j < d_; ++j) {
          dk[at + j] = d_keys_[j * in_.T + t];
          dv[at + j] = d_values_[j * in_.T + t];
        }
      }
    });
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  template <class Body>
  void for_each_head(Body&& body) {
    for (std::int64_t m = 0; m < in_.M; ++m)
      for (std::int64_t h = 0; h < in_.H; ++h) {
        if (h % (in_.H / in_.G) == 0) transpose(in_.k, m, h / (in_.H / in_.G), keys_, in_.turns);
        body(m, h);
      }
  }

  /// One head's rows as [d, T], turned.
  void transpose(const S* from, std::int64_t m, std::int64_t g, std::vector<S>& to, const S* turns) {
    for (std::int64_t t = 0; t < in_.T; ++t) {
      const S* row = from + (m * in_.T + t) * in_.k_row + g * d_;
      for (std::int64_t j = 0; j < d_; ++j) to[j * in_.T + t] = row[j];
      if (turns) turn(to.data() + t, in_.T, t, 1);
    }
  }

  /// Turns the pairs (u_j, u_{j + d/2}) by token t's angles, or (`sign` -1) back.
  void turn(S* u, std::int64_t step, std::int64_t t, S sign) const {
    const auto half = d_ / 2;
    const S *cosine = in_.turns + t * 2 * half, *sine = cosine + half;
    for (std::int64_t j = 0; j < half; ++j) {
      const S a = u[j * step], b = u[(j + half) * step];
      u[j * step] = a * cosine[j] - sign * b * sine[j];
      u[(j + half) * step] = sign * a * sine[j] + b * cosine[j];
    }
  }
  void turn_back(S* u, std::int64_t step, std::int64_t t) const {
    if (in_.turns) turn(u, step, t, -1);
  }

  void load_query(std::int64_t m, std::int64_t t, std::int64_t h) {
    const S* q = in_.q + (m * in_.T + t) * in_.q_row + h * d_;
    for (std::int64_t j = 0; j < d_; ++j) query_[j] = q[j] * scale_;
    if (in_.turns) turn(query_.data(), 1, t, 1);
  }

  /// scores_[i] of keys first .. first + n - 1, and the largest.
  S score(std::int64_t first, std::int64_t n) {
    S* __restrict s = scores_.data();
    for (std::int64_t i = 0; i < n; ++i) s[i] = query_[0] * keys_[first + i];
    for (std::int64_t j = 1; j < d_; ++j) {
      const S q = query_[j];
      const S* k = keys_.data() + j * in_.T + first;
      for (std::int64_t i = 0; i < n; ++i) s[i] += q * k[i];
    }
    S most = s[0];
    for (std::int64_t i = 1; i < n; ++i) most = s[i] > most ? s[i] : most;
    return most;
  }

  /// y = Σ_i scores_[i] v_i, times `by`.
  void mean(const S* v, std::int64_t n, S by, S* __restrict y) {
    if constexpr (kSize > 0) {
      S sum[kSize] = {};
      for (std::int64_t i = 0; i < n; ++i)
        for (int j = 0; j < kSize; ++j) sum[j] += scores_[i] * v[i * in_.k_row + j];
      for (int j = 0; j < kSize; ++j) y[j] = sum[j] * by;
    } else {
      std::fill(y, y + d_, S(0));
      for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < d_; ++j) y[j] += scores_[i] * v[i * in_.k_row + j];
      for (std::int64_t j = 0; j < d_; ++j) y[j] *= by;
    }
  }

  void backward_row(std::int64_t m, std::int64_t t, std::int64_t h, const S* y, const S* dy, S lse) {
    const auto first = std::max<std::int64_t>(0, t + 1 - in_.window), n = t + 1 - first;
    load_query(m, t, h);
    score(first, n);
    S *__restrict p = scores_.data(), *__restrict ds = d_scores_.data();
    S delta = 0;
    for (std::int64_t j = 0; j < d_; ++j) delta += dy[j] * y[j];
    for (std::int64_t i = 0; i < n; ++i) ds[i] = -delta;
    for (std::int64_t j = 0; j < d_; ++j) {
      const S g = dy[j];
      const S* v = values_.data() + j * in_.T + first;
      for (std::int64_t i = 0; i < n; ++i) ds[i] += g * v[i];
    }
    for (std::int64_t i = 0; i < n; ++i) {
      p[i] = exponential(p[i] - lse);
      ds[i] *= p[i];
    }
    for (std::int64_t j = 0; j < d_; ++j) {
      const S q = query_[j], g = dy[j];
      const S* k = keys_.data() + j * in_.T + first;
      S *__restrict dk = d_keys_.data() + j * in_.T + first, *__restrict dv = d_values_.data() + j * in_.T + first;
      S sum = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        sum += ds[i] * k[i];
        dk[i] += ds[i] * q;
        dv[i] += p[i] * g;
      }
      d_query_[j] = sum * scale_;
    }
  }

  const CausalAttention<S> in_;
  const std::int64_t d_;
  const S scale_;
  std::vector<S> keys_, values_, d_keys_, d_values_;          // [d, T] of one head, keys turned
  std::vector<S> scores_, d_scores_;                          // [T]
  std::vector<S> query_, d_query_;                            // [d], turned and scaled
};

/// Calls body(loops) with the loops for in.d.
template <class S, class Body>
void with_attention_loops(const CausalAttention<S>& in, Body&& body) {
  switch (in.d) {
    case 4: return body(AttentionLoops<S, 4>(in));
    case 8: return body(AttentionLoops<S, 8>(in));
    case 16: return body(AttentionLoops<S, 16>(in));
    case 32: return body(AttentionLoops<S, 32>(in));
    default: return body(AttentionLoops<S, 0>(in));
  }
}

}  // namespace madsearch::kernels
