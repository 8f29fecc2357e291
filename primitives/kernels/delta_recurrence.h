#pragma once
#include <cstring>
#include <type_traits>

#include "primitives/kernels/host_device.h"
#include "primitives/kernels/launch_delta.h"

namespace madsearch::kernels {

// L is one number, or a vector of neighbouring ones that live in one register (launch_delta.cpp).
template <class L, class S>
inline L load(const S* from) {
  L out;
  memcpy(&out, from, sizeof out);
  return out;
}

template <class L, class S>
inline void store(S* to, const L& value) {
  memcpy(to, &value, sizeof value);
}

template <class L, class S>
inline void add(S* to, const L& value) {
  store(to, load<L>(to) + value);
}

template <class S, class L>
inline S total(const L& value) {
  if constexpr (std::is_same_v<L, S>) {
    return value;
  } else {
    S out = 0;
    for (std::size_t i = 0; i < sizeof(L) / sizeof(S); ++i) out += value[i];
    return out;
  }
}

/// The delta recurrence, one head of one sequence (head m of N H), value channels j .. j + lanes of V. Each token takes
/// `steps` steps:
///
///   S = (diag(w) + aᵀ b) S + kᵀ v        S [K, V]; a, b, k rows of K, v a row of V; w in a token's first step only,
///                                        1 in the others
///   o_t = q_t S                          after the last of its steps
///
/// which is S = diag(w) S + aᵀ u + kᵀ v with u = b S. Without k it is -a: the delta rule, u = b S - v, which puts v in
/// the place of what b recalls. h [K, V], the state before the first token, is advanced to that after the last.
/// `change` [N, T steps, H, V] keeps u if not null. Source: Yang et al. 2024, arXiv:2406.06484, section 2.2; Peng et
/// al. 2025, arXiv:2503.14456, section 4, transposed.
template <class L, class S>
void delta_recurrence(const DeltaRecurrence<S>& in, std::int64_t m, std::int64_t j, S* o, S* h, S* change) {
  const auto K = in.K, V = in.V, H = in.H;
  for (std::int64_t t = 0; t < in.T; ++t) {
    const auto token = (m / H * in.T + t) * H + m % H;
    for (std::int64_t s = 0; s < in.steps; ++s) {
      const auto row = ((m / H * in.T + t) * in.steps + s) * H + m % H;
      const S *a = in.a + row * K, *b = in.b + row * K, *k = in.k ? in.k + row * K : nullptr;
      const S* w = in.w && s == 0 ? in.w + token * K : nullptr;
      const L v = load<L>(in.v + row * V + j);
      L u{};
      for (std::int64_t i = 0; i < K; ++i) u += b[i] * load<L>(h + i * V + j);
      if (!k) u -= v;
      if (change) store(change + row * V + j, u);
      for (std::int64_t i = 0; i < K; ++i) {
        L next = load<L>(h + i * V + j);
        if (w) next *= w[i];
        next += a[i] * u;
        if (k) next += k[i] * v;
        store(h + i * V + j, next);
      }
    }
    const S* q = in.q + token * K;
    L read{};
    for (std::int64_t i = 0; i < K; ++i) read += q[i] * load<L>(h + i * V + j);
    store(o + token * V + j, read);
  }
}

/// What backward sees of one head of one sequence: rows of K numbers lie key_row apart, rows of V value_row apart. The
/// states are transposed, [V, K], so that lanes are neighbouring key channels and the gradients of q, a, b, k and w
/// need no sum over lanes.
template <class S>
struct DeltaHead {
  const S *q, *w;                  // T rows; w may be nullptr
  const S *a, *b, *k;              // T steps rows; k may be nullptr
  const S *v, *change, *d_o;       // T steps, T steps and T rows of V
  S *dq, *dw, *da, *db, *dk, *dv;  // likewise; added to, but dv is written
  std::int64_t T, steps, K, V, key_row, value_row;
};

/// Every state of value channels j0 ≤ j < j1: states [T steps + 1, V, K], of which the first is given.
template <class L, class S>
void delta_states(const DeltaHead<S>& in, S* states, std::int64_t j0, std::int64_t j1) {
  constexpr std::int64_t kLanes = sizeof(L) / sizeof(S);
  for (std::int64_t n = 0; n < in.T * in.steps; ++n) {
    const S *u = in.change + n * in.value_row, *v = in.v + n * in.value_row;
    const S* before = states + n * in.V * in.K;
    S* after = states + (n + 1) * in.V * in.K;
    for (std::int64_t i = 0; i < in.K; i += kLanes) {
      const L a = load<L>(in.a + n * in.key_row + i), k = in.k ? load<L>(in.k + n * in.key_row + i) : L{};
      const L w = in.w && n % in.steps == 0 ? load<L>(in.w + n / in.steps * in.key_row + i) : L{} + S(1);
      for (std::int64_t j = j0; j < j1; ++j) {
        L next = w * load<L>(before + j * in.K + i) + u[j] * a;
        if (in.k) next += v[j] * k;
        store(after + j * in.K + i, next);
      }
    }
  }
}

/// Gradients of delta_recurrence from value channels j0 ≤ j < j1 of the states. dh [V, K] is the gradient of the state
/// after the last token and becomes that of the state before the first. du: scratch of j1 - j0 numbers.
template <class L, class S>
void delta_recurrence_backward(const DeltaHead<S>& in, const S* states, S* dh, S* du, std::int64_t j0,
                               std::int64_t j1) {
  constexpr std::int64_t kLanes = sizeof(L) / sizeof(S);
  const auto K = in.K;
  for (std::int64_t t = in.T - 1; t >= 0; --t) {
    const S *after = states + (t + 1) * in.steps * in.V * K, *g = in.d_o + t * in.value_row;
    for (std::int64_t i = 0; i < K; i += kLanes) {
      const L q = load<L>(in.q + t * in.key_row + i);
      L dq{};
      for (std::int64_t j = j0; j < j1; ++j) {
        dq += g[j] * load<L>(after + j * K + i);
        store(dh + j * K + i, load<L>(dh + j * K + i) + g[j] * q);
      }
      add(in.dq + t * in.key_row + i, dq);
    }
    for (std::int64_t n = (t + 1) * in.steps - 1; n >= t * in.steps; --n) {
      const S *u = in.change + n * in.value_row, *v = in.v + n * in.value_row, *before = states + n * in.V * K;
      const auto row = n * in.key_row;
      for (std::int64_t j = j0; j < j1; ++j) {
        L by_a{}, by_k{};
        for (std::int64_t i = 0; i < K; i += kLanes) {
          const L dS = load<L>(dh + j * K + i);
          by_a += load<L>(in.a + row + i) * dS;
          if (in.k) by_k += load<L>(in.k + row + i) * dS;
        }
        du[j - j0] = total<S>(by_a);
        in.dv[n * in.value_row + j] = in.k ? total<S>(by_k) : -du[j - j0];
      }
      const bool decays = in.w && n == t * in.steps;
      for (std::int64_t i = 0; i < K; i += kLanes) {
        const L b = load<L>(in.b + row + i), w = decays ? load<L>(in.w + t * in.key_row + i) : L{} + S(1);
        L da{}, db{}, dk{}, dw{};
        for (std::int64_t j = j0; j < j1; ++j) {
          const L dS = load<L>(dh + j * K + i), old = load<L>(before + j * K + i);
          da += u[j] * dS;
          db += du[j - j0] * old;
          dw += dS * old;
          if (in.k) dk += v[j] * dS;
          store(dh + j * K + i, w * dS + du[j - j0] * b);
        }
        add(in.da + row + i, da);
        add(in.db + row + i, db);
        if (in.k) add(in.dk + row + i, dk);
        if (decays) add(in.dw + t * in.key_row + i, dw);
      }
    }
  }
}

}  // namespace madsearch::kernels
