#pragma once
#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "primitives/kernels/host_device.h"
#include "primitives/kernels/launch.h"

namespace madsearch::kernels {

/// 32 bytes of numbers, as g++ and clang know them.
template <class S>
struct Lanes {
  static constexpr std::int64_t kCount = 32 / sizeof(S);
  typedef S Vector __attribute__((vector_size(32)));
  typedef std::conditional_t<sizeof(S) == 4, std::int32_t, std::int64_t> Whole __attribute__((vector_size(32)));

  static Vector load(const S* from) {
    Vector out;
    std::memcpy(&out, from, sizeof out);
    return out;
  }
  static void store(S* to, const Vector& v) { std::memcpy(to, &v, sizeof v); }
  static Vector all(S value) { return Vector{} + value; }
  static S sum(const Vector& v) {
    S out = 0;
    for (std::int64_t i = 0; i < kCount; ++i) out += v[i];
    return out;
  }
  static S most(const Vector& v) {
    S out = v[0];
    for (std::int64_t i = 1; i < kCount; ++i) out = v[i] > out ? v[i] : out;
    return out;
  }
  /// e^v: for float the polynomial of host_device.h, in all lanes at once.
  static Vector exponentials(Vector x) {
    if constexpr (sizeof(S) == 4) {
      x = x < all(-87) ? all(-87) : x > all(87) ? all(87) : x;
      const auto n = __builtin_convertvector(x * S(1.44269504) + (x < Vector{} ? all(-0.5) : all(0.5)), Whole);
      const auto whole = __builtin_convertvector(n, Vector);
      const auto r = (x - whole * S(0.693359375)) + whole * S(2.12194440e-4);
      auto p = all(1.9875691500e-4);
      for (const S c : {S(1.3981999507e-3), S(8.3334519073e-3), S(4.1665795894e-2), S(1.6666665459e-1), S(5.0000001201e-1)}) p = p * r + c;
      p = p * r * r + r + S(1);
      const Whole bits = (n + 127) << 23;
      Vector power;
      std::memcpy(&power, &bits, sizeof power);
      return p * power;
    } else {
      for (std::int64_t i = 0; i < kCount; ++i) x[i] = std::exp(x[i]);
      return x;
    }
  }
  /// v in the first n lanes, `rest` beyond.
  static Vector first(const Vector& v, std::int64_t n, S rest = 0) {
    if (n >= kCount) return v;
    auto out = v;
    for (std::int64_t i = n; i < kCount; ++i) out[i] = rest;
    return out;
  }
};

/// Attention for short sequences on a CPU: the scores of one token at a time, since a head of 8 channels is too small for matrix products.
/// Keys and values of a head are transposed, so that lanes are neighbouring tokens. kSize is d, or 0 for any.
template <class S, int kSize>
class AttentionLoops {
 public:
  explicit AttentionLoops(const CausalAttention<S>& in)
      : in_(in), d_(kSize ? kSize : in.d), row_(in.T + L::kCount), scale_(1 / std::sqrt(static_cast<S>(d_))), keys_(size(d_ * row_)),
        values_(keys_.size()), d_keys_(keys_.size()), d_values_(keys_.size()), scores_(size(row_)), query_(size(d_)),
        d_query_(size(d_ * L::kCount)) {}

  /// y [M, T, H d] and lse [M, H, T], the logarithm of each row's sum of exponentials.
  void forward(S* y, S* lse) {
    for_each_head([&](std::int64_t m, std::int64_t h) {
      for (std::int64_t t = 0; t < in_.T; ++t) {
        load_query(m, t, h);
        lse[(m * in_.H + h) * in_.T + t] = forward_row(t, y + ((m * in_.T + t) * in_.H + h) * d_);
      }
    });
  }

  /// Gradients with the strides of q and of k and v; all rows of the heads are written.
  void backward(const S* y, const S* lse, const S* dy, S* dq, S* dk, S* dv) {
    const auto share = in_.H / in_.G;
    for_each_head([&](std::int64_t m, std::int64_t h) {
      const auto g = h / share;
      if (h % share == 0) {
        std::fill(d_keys_.begin(), d_keys_.end(), S(0));
        std::fill(d_values_.begin(), d_values_.end(), S(0));
      }
      for (std::int64_t t = 0; t < in_.T; ++t) {
        const auto at = ((m * in_.T + t) * in_.H + h) * d_;
        load_query(m, t, h);
        backward_row(t, y + at, dy + at, lse[(m * in_.H + h) * in_.T + t]);
        S* to = dq + (m * in_.T + t) * in_.q_row + h * d_;
        for (std::int64_t j = 0; j < d_; ++j) to[j] = scale_ * L::sum(L::load(&d_query_[j * L::kCount]));
        turn(to, 1, t, -1);
      }
      if ((h + 1) % share) return;
      for (std::int64_t t = 0; t < in_.T; ++t) {
        turn(d_keys_.data() + t, row_, t, -1);
        const auto at = (m * in_.T + t) * in_.k_row + g * d_;
        for (std::int64_t j = 0; j < d_; ++j) {
          dk[at + j] = d_keys_[j * row_ + t];
          dv[at + j] = d_values_[j * row_ + t];
        }
      }
    });
  }

 private:
  using L = Lanes<S>;
  using Vector = typename L::Vector;
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  template <class Body>
  void for_each_head(Body&& body) {
    const auto share = in_.H / in_.G;
    for (std::int64_t m = 0; m < in_.M; ++m)
      for (std::int64_t h = 0; h < in_.H; ++h) {
        if (h % share == 0) {
          transpose(in_.k, m, h / share, keys_);
          transpose(in_.v, m, h / share, values_);
          for (std::int64_t t = 0; t < in_.T; ++t) turn(keys_.data() + t, row_, t, 1);
        }
        body(m, h);
      }
  }

  void transpose(const S* from, std::int64_t m, std::int64_t g, std::vector<S>& to) {
    for (std::int64_t t = 0; t < in_.T; ++t) {
      const S* row = from + (m * in_.T + t) * in_.k_row + g * d_;
      for (std::int64_t j = 0; j < d_; ++j) to[j * row_ + t] = row[j];
    }
  }

  /// Turns the pairs (u_j, u_{j + d/2}) by token t's angles, or (`sign` -1) back.
  void turn(S* u, std::int64_t step, std::int64_t t, S sign) const {
    if (!in_.turns) return;
    const auto half = d_ / 2;
    const S *cosine = in_.turns + t * 2 * half, *sine = cosine + half;
    for (std::int64_t j = 0; j < half; ++j) {
      const S a = u[j * step], b = u[(j + half) * step];
      u[j * step] = a * cosine[j] - sign * b * sine[j];
      u[(j + half) * step] = sign * a * sine[j] + b * cosine[j];
    }
  }

  void load_query(std::int64_t m, std::int64_t t, std::int64_t h) {
    const S* q = in_.q + (m * in_.T + t) * in_.q_row + h * d_;
    for (std::int64_t j = 0; j < d_; ++j) query_[j] = q[j] * scale_;
    turn(query_.data(), 1, t, 1);
  }

  /// Σ_j weights[j] rows[j, i ..].
  Vector weighted(const S* weights, const std::vector<S>& rows, std::int64_t i) const {
    Vector out{};
    for (std::int64_t j = 0; j < d_; ++j) out += weights[j] * L::load(&rows[j * row_ + i]);
    return out;
  }

  S forward_row(std::int64_t t, S* y) {
    const auto first = std::max<std::int64_t>(0, t + 1 - in_.window), n = t + 1 - first;
    Vector most = L::all(-std::numeric_limits<S>::infinity());
    for (std::int64_t i = 0; i < n; i += L::kCount) {
      // A last vector holds keys of later tokens too.
      const auto s = L::first(weighted(query_.data(), keys_, first + i), n - i, -std::numeric_limits<S>::infinity());
      L::store(&scores_[i], s);
      most = s > most ? s : most;
    }
    const S high = L::most(most);
    Vector sum{};
    for (std::int64_t i = 0; i < n; i += L::kCount) {
      const auto p = L::first(L::exponentials(L::load(&scores_[i]) - high), n - i);
      L::store(&scores_[i], p);
      sum += p;
    }
    const S total = L::sum(sum), by = 1 / total;
    for (std::int64_t j = 0; j < d_; ++j) {
      Vector mean{};
      for (std::int64_t i = 0; i < n; i += L::kCount) mean += L::load(&scores_[i]) * L::load(&values_[j * row_ + first + i]);
      y[j] = L::sum(mean) * by;
    }
    return high + std::log(total);
  }

  /// Adds to d_keys_ and d_values_, writes d_query_ (lanes still to be summed).
  void backward_row(std::int64_t t, const S* y, const S* dy, S lse) {
    const auto first = std::max<std::int64_t>(0, t + 1 - in_.window), n = t + 1 - first;
    S delta = 0;
    for (std::int64_t j = 0; j < d_; ++j) delta += dy[j] * y[j];
    std::fill(d_query_.begin(), d_query_.end(), S(0));
    for (std::int64_t i = 0; i < n; i += L::kCount) {
      const auto p = L::first(L::exponentials(weighted(query_.data(), keys_, first + i) - lse), n - i);
      const auto ds = L::first(p * (weighted(dy, values_, first + i) - delta), n - i);
      for (std::int64_t j = 0; j < d_; ++j) {
        const auto at = j * row_ + first + i;
        L::store(&d_keys_[at], L::load(&d_keys_[at]) + ds * query_[j]);
        L::store(&d_values_[at], L::load(&d_values_[at]) + p * dy[j]);
        L::store(&d_query_[j * L::kCount], L::load(&d_query_[j * L::kCount]) + ds * L::load(&keys_[at]));
      }
    }
  }

  const CausalAttention<S> in_;
  const std::int64_t d_, row_;                                // row_: T and the lanes that a last vector may reach beyond it
  const S scale_;
  std::vector<S> keys_, values_, d_keys_, d_values_;          // [d, row_] of one head, keys turned; zeros beyond T
  std::vector<S> scores_;                                     // [row_]
  std::vector<S> query_, d_query_;                            // [d], turned and scaled; [d, lanes]
};

/// Calls body(loops) with the loops for in.d.
template <class S, class Body>
void with_attention_loops(const CausalAttention<S>& in, Body&& body) {
  switch (in.d) {
    case 4: return body(AttentionLoops<S, 4>(in));
    case 8: return body(AttentionLoops<S, 8>(in));
    case 16: return body(AttentionLoops<S, 16>(in));
    default: return body(AttentionLoops<S, 0>(in));
  }
}

}  // namespace madsearch::kernels
