#pragma once
#include <algorithm>
#include <array>
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
      for (const S c :
           {S(1.3981999507e-3), S(8.3334519073e-3), S(4.1665795894e-2), S(1.6666665459e-1), S(5.0000001201e-1)})
        p = p * r + c;
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

/// Attention on a CPU for tokens that see few others: the scores of one token at a time, since a head of 8 channels is
/// too small for matrix products. Keys and values of a head are transposed, so that lanes are neighbouring tokens.
/// kSize is d and e, or 0 for any; kPlain is without sinks and fade.
template <class S, int kSize, bool kPlain>
class AttentionLoops {
 public:
  explicit AttentionLoops(const CausalAttention<S>& in)
      : in_(in),
        d_(kSize ? kSize : in.d),
        e_(kSize ? kSize : in.e),
        row_(in.T + L::kCount),
        key_share_(in.H / in.G),
        value_share_(in.H / in.U),
        scale_(1 / std::sqrt(static_cast<S>(d_))),
        keys_(size(d_ * row_)),
        values_(size(e_ * row_)),
        d_keys_(keys_.size()),
        d_values_(values_.size()),
        scores_(size(row_ + L::kCount)),
        query_(size(d_)),
        d_query_(size(d_ * L::kCount)),
        fade_(size(in.fade ? row_ : 0)),
        d_fade_(fade_.size()) {}

  /// y [M, T, H e] and lse [M, H, T], the logarithm of each row's sum of exponentials.
  void forward(S* y, S* lse) {
    for_each_head([&](std::int64_t m, std::int64_t h) {
      for (std::int64_t t = 0; t < in_.T; ++t) {
        load_query(m, t, h);
        lse[(m * in_.H + h) * in_.T + t] = forward_row(t, y + ((m * in_.T + t) * in_.H + h) * e_);
      }
    });
  }

  /// Gradients with the strides of q, of k and v, and of fade; all rows of the heads are written.
  void backward(const S* y, const S* lse, const S* dy, S* dq, S* dk, S* dv, S* dfade) {
    for_each_head([&](std::int64_t m, std::int64_t h) {
      if (h % key_share_ == 0) std::fill(d_keys_.begin(), d_keys_.end(), S(0));
      if (h % value_share_ == 0) std::fill(d_values_.begin(), d_values_.end(), S(0));
      std::fill(d_fade_.begin(), d_fade_.end(), S(0));
      for (std::int64_t t = 0; t < in_.T; ++t) {
        const auto at = ((m * in_.T + t) * in_.H + h) * e_;
        load_query(m, t, h);
        backward_row(t, y + at, dy + at, lse[(m * in_.H + h) * in_.T + t]);
        S* to = dq + (m * in_.T + t) * in_.q_row + h * d_;
        for (std::int64_t j = 0; j < d_; ++j) to[j] = scale_ * L::sum(L::load(&d_query_[j * L::kCount]));
        turn(to, 1, t, -1);
      }
      if (in_.fade)
        for (std::int64_t t = 0; t < in_.T; ++t) dfade[(m * in_.T + t) * in_.H + h] = d_fade_[t];
      if ((h + 1) % key_share_ == 0) {
        for (std::int64_t t = 0; t < in_.T; ++t) turn(d_keys_.data() + t, row_, t, -1);
        transpose_back(d_keys_, d_, dk + h / key_share_ * d_, m);
      }
      if ((h + 1) % value_share_ == 0) transpose_back(d_values_, e_, dv + h / value_share_ * e_, m);
    });
  }

 private:
  using L = Lanes<S>;
  using Vector = typename L::Vector;
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  template <class Body>
  void for_each_head(Body&& body) {
    for (std::int64_t m = 0; m < in_.M; ++m)
      for (std::int64_t h = 0; h < in_.H; ++h) {
        if (h % key_share_ == 0) {
          transpose(in_.k + h / key_share_ * d_, m, d_, keys_);
          for (std::int64_t t = 0; t < in_.T; ++t) turn(keys_.data() + t, row_, t, 1);
        }
        if (h % value_share_ == 0) transpose(in_.v + h / value_share_ * e_, m, e_, values_);
        if (in_.fade)
          for (std::int64_t t = 0; t < in_.T; ++t) fade_[t] = in_.fade[(m * in_.T + t) * in_.H + h];
        body(m, h);
      }
  }

  /// `n` channels of sequence m, whose rows begin at `from`, to [n, row_].
  void transpose(const S* from, std::int64_t m, std::int64_t n, std::vector<S>& to) const {
    for (std::int64_t t = 0; t < in_.T; ++t) {
      const S* row = from + (m * in_.T + t) * in_.k_row;
      for (std::int64_t j = 0; j < n; ++j) to[j * row_ + t] = row[j];
    }
  }
  void transpose_back(const std::vector<S>& from, std::int64_t n, S* to, std::int64_t m) const {
    for (std::int64_t t = 0; t < in_.T; ++t) {
      S* row = to + (m * in_.T + t) * in_.k_row;
      for (std::int64_t j = 0; j < n; ++j) row[j] = from[j * row_ + t];
    }
  }

  /// Turns the pairs (u_j, u_{j + turned/2}) by token t's angles, or (`sign` -1) back.
  void turn(S* u, std::int64_t step, std::int64_t t, S sign) const {
    if (!in_.turns) return;
    const auto pairs = [&](std::int64_t half) {
      const S *cosine = in_.turns + t * 2 * half, *sine = cosine + half;
      for (std::int64_t j = 0; j < half; ++j) {
        const S a = u[j * step], b = u[(j + half) * step];
        u[j * step] = a * cosine[j] - sign * b * sine[j];
        u[(j + half) * step] = sign * a * sine[j] + b * cosine[j];
      }
    };
    in_.turned == d_ ? pairs(d_ / 2) : pairs(in_.turned / 2);  // the first with a known count
  }

  void load_query(std::int64_t m, std::int64_t t, std::int64_t h) {
    const S* q = in_.q + (m * in_.T + t) * in_.q_row + h * d_;
    for (std::int64_t j = 0; j < d_; ++j) query_[j] = q[j] * scale_;
    turn(query_.data(), 1, t, 1);
  }

  /// Neighbouring tokens that a query sees; their scores stand at `slot` on, a run in whole vectors.
  struct Run {
    std::int64_t begin, n, slot;
  };

  /// What token t sees: its window, and the sinks before it.
  std::array<Run, kPlain ? 1 : 2> runs(std::int64_t t) const {
    const auto first = std::max<std::int64_t>(0, t + 1 - in_.window), n = t + 1 - first;
    if constexpr (kPlain)
      return {{{first, n, 0}}};
    else
      return {{{first, n, 0}, {0, std::min(in_.sinks, first), (n + L::kCount - 1) / L::kCount * L::kCount}}};
  }

  /// Σ_j weights[j] rows[j, i ..].
  Vector weighted(const S* weights, std::int64_t n, const std::vector<S>& rows, std::int64_t i) const {
    Vector out{};
    for (std::int64_t j = 0; j < n; ++j) out += weights[j] * L::load(&rows[j * row_ + i]);
    return out;
  }

  /// Scores of token t and tokens i .. A last vector holds keys of later tokens too.
  Vector scores(std::int64_t t, std::int64_t i) const {
    const auto s = weighted(query_.data(), d_, keys_, i);
    return !kPlain && in_.fade ? s + (fade_[t] - L::load(&fade_[i])) : s;
  }

  S forward_row(std::int64_t t, S* y) {
    Vector most = L::all(-std::numeric_limits<S>::infinity());
    for (const auto& run : runs(t))
      for (std::int64_t i = 0; i < run.n; i += L::kCount) {
        const auto s = L::first(scores(t, run.begin + i), run.n - i, -std::numeric_limits<S>::infinity());
        L::store(&scores_[run.slot + i], s);
        most = s > most ? s : most;
      }
    const S high = L::most(most);
    Vector sum{};
    for (const auto& run : runs(t))
      for (std::int64_t i = 0; i < run.n; i += L::kCount) {
        const auto p = L::first(L::exponentials(L::load(&scores_[run.slot + i]) - high), run.n - i);
        L::store(&scores_[run.slot + i], p);
        sum += p;
      }
    const S total = L::sum(sum), by = 1 / total;
    for (std::int64_t j = 0; j < e_; ++j) {
      Vector mean{};
      for (const auto& run : runs(t))
        for (std::int64_t i = 0; i < run.n; i += L::kCount)
          mean += L::load(&scores_[run.slot + i]) * L::load(&values_[j * row_ + run.begin + i]);
      y[j] = L::sum(mean) * by;
    }
    return high + std::log(total);
  }

  /// Adds to d_keys_, d_values_ and d_fade_, writes d_query_ (lanes still to be summed).
  void backward_row(std::int64_t t, const S* y, const S* dy, S lse) {
    S delta = 0;
    for (std::int64_t j = 0; j < e_; ++j) delta += dy[j] * y[j];
    std::fill(d_query_.begin(), d_query_.end(), S(0));
    for (const auto& run : runs(t))
      for (std::int64_t i = 0; i < run.n; i += L::kCount) {
        const auto token = run.begin + i;
        const auto p = L::first(L::exponentials(scores(t, token) - lse), run.n - i);
        const auto ds = L::first(p * (weighted(dy, e_, values_, token) - delta), run.n - i);
        const auto add_to_key = [&](std::int64_t j) {
          const auto at = j * row_ + token;
          L::store(&d_keys_[at], L::load(&d_keys_[at]) + ds * query_[j]);
          L::store(&d_query_[j * L::kCount], L::load(&d_query_[j * L::kCount]) + ds * L::load(&keys_[at]));
        };
        const auto add_to_value = [&](std::int64_t j) {
          const auto at = j * row_ + token;
          L::store(&d_values_[at], L::load(&d_values_[at]) + p * dy[j]);
        };
        const auto both = std::min(d_, e_);
        for (std::int64_t j = 0; j < both; ++j) add_to_key(j), add_to_value(j);
        for (std::int64_t j = both; j < d_; ++j) add_to_key(j);
        for (std::int64_t j = both; j < e_; ++j) add_to_value(j);
        // Of c_s alone: c_t moves all scores of the row, and with them no weight.
        if (!kPlain && in_.fade) L::store(&d_fade_[token], L::load(&d_fade_[token]) - ds);
      }
  }

  const CausalAttention<S> in_;
  const std::int64_t d_, e_, row_;              // row_: T and the lanes that a last vector may reach beyond it
  const std::int64_t key_share_, value_share_;  // query heads that share one
  const S scale_;
  std::vector<S> keys_, values_, d_keys_, d_values_;  // [d or e, row_] of one head, keys turned; zeros beyond T
  std::vector<S> scores_;                             // [row_ and a vector: two runs]
  std::vector<S> query_, d_query_;                    // [d], turned and scaled; [d, lanes]
  std::vector<S> fade_, d_fade_;                      // [row_] of one head
};

template <class S, bool kPlain, class Body>
void with_loops_of_size(const CausalAttention<S>& in, Body&& body) {
  switch (in.d == in.e ? in.d : 0) {
    case 4:
      return body(AttentionLoops<S, 4, kPlain>(in));
    case 8:
      return body(AttentionLoops<S, 8, kPlain>(in));
    case 16:
      return body(AttentionLoops<S, 16, kPlain>(in));
    default:
      return body(AttentionLoops<S, 0, kPlain>(in));
  }
}

/// Calls body(loops) with the loops for in.d, in.e and what else `in` has.
template <class S, class Body>
void with_attention_loops(const CausalAttention<S>& in, Body&& body) {
  if (in.sinks == 0 && !in.fade) return with_loops_of_size<S, true>(in, body);
  with_loops_of_size<S, false>(in, body);
}

}  // namespace madsearch::kernels
