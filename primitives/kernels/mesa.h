#pragma once
#include "primitives/kernels/launch_mesa.h"
#include "primitives/kernels/team.h"

namespace madsearch::kernels {

/// The ridge regression of a fading past, solved anew at every token: one head of one sequence.
///
///   A_t = γ_t A_{t-1} + β_t k_tᵀ k_t    B_t = γ_t B_{t-1} + β_t k_tᵀ v_t    γ_t = exp g_t;  A, B [F, F]
///   o_t = B_tᵀ x_t  with  (A_t + diag λ) x_t = q_t
///
/// The solution is exact, by elimination (A_t + diag λ is positive definite: no pivots are sought). Its adjoint is
/// another solution with the same matrix: (A + diag λ) y = ∂/∂x gives ∂/∂q = y and ∂/∂A = -y xᵀ. Source: von Oswald et
/// al. 2025, arXiv:2506.05233, sections 3 and 4.
template <class S>
struct MesaHead {
  const S *q, *k, *v, *g, *beta, *lambda;  // [T, F] [T, F] [T, F] [T] [T] [F]
  std::int64_t T, F;
};

template <class S>
struct MesaHeadGradients {
  S *q, *k, *v, *g, *beta, *lambda;  // all written but lambda, which is added to
};

/// A and B a token further: state [2, F, F].
template <int kF, class S, class Team>
MADSEARCH_HD inline void mesa_advance(Team team, const MesaHead<S>& in, std::int64_t t, const S* from, S* to) {
  const std::int64_t F = kF ? kF : in.F;
  const S *k = in.k + t * F, *v = in.v + t * F, decay = exponential(in.g[t]);
  for (std::int64_t i = team.first(); i < F; i += team.stride()) {
    const S key = in.beta[t] * k[i], *a = from + i * F, *b = a + F * F;
    S *next_a = to + i * F, *next_b = next_a + F * F;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < F; ++c) {
      next_a[c] = decay * a[c] + key * k[c];
      next_b[c] = decay * b[c] + key * v[c];
    }
  }
  team.sync();
}

/// `rows` [F, F] becomes the upper triangle of D U with A + diag λ = Uᵀ D U (below it are no meanings), inverse [F]
/// that of D.
template <int kF, class S, class Team>
MADSEARCH_HD inline void mesa_eliminate(Team team, const S* A, const S* lambda, S* rows, S* inverse,
                                        std::int64_t size) {
  const std::int64_t F = kF ? kF : size;
  for (std::int64_t i = team.first(); i < F; i += team.stride()) {
    for (std::int64_t c = 0; c < F; ++c) rows[i * F + c] = A[i * F + c];
    rows[i * F + i] += lambda[i];
  }
  team.sync();
  for (std::int64_t j = 0; j < F; ++j) {
    const S *row = rows + j * F, one = 1 / row[j];
    if (team.first() == 0) inverse[j] = one;
    for (std::int64_t i = j + 1 + team.first(); i < F; i += team.stride()) {
      const S share = row[i] * one;
      S* other = rows + i * F;
      // Whole rows of a known size fill vectors: what comes to lie below the triangle is never read.
#pragma GCC ivdep
      for (std::int64_t c = kF ? 0 : i; c < F; ++c) other[c] -= share * row[c];
    }
    team.sync();
  }
}

/// x of (A + diag λ) x = x before.
template <int kF, class S, class Team>
MADSEARCH_HD inline void mesa_solve(Team team, const S* rows, const S* inverse, S* x, std::int64_t size) {
  const std::int64_t F = kF ? kF : size;
  for (std::int64_t j = 0; j < F; ++j) {
    const S share = x[j] * inverse[j], *row = rows + j * F;
    for (std::int64_t c = j + 1 + team.first(); c < F; c += team.stride()) x[c] -= share * row[c];
    team.sync();
  }
  for (std::int64_t j = F - 1; j >= 0; --j) {
    const S* row = rows + j * F;
    if (team.first() == 0) {
      S sum = x[j];
      for (std::int64_t c = j + 1; c < F; ++c) sum -= row[c] * x[c];
      x[j] = sum * inverse[j];
    }
    team.sync();
  }
}

/// state [2, F, F], A and B before the first token, is advanced to those after the last. o [T, F], or nullptr if only
/// `marks` are wanted: the state before tokens 0, kMesaChunk, ... (or nullptr). Scratch: F F + 2 F.
template <int kF, class S, class Team>
MADSEARCH_HD void mesa(Team team, const MesaHead<S>& in, S* state, S* o, S* marks, S* scratch) {
  const std::int64_t F = kF ? kF : in.F, size = 2 * F * F;
  S *rows = scratch, *inverse = rows + F * F, *x = inverse + F;
  for (std::int64_t t = 0; t < in.T; ++t) {
    if (marks && t % kMesaChunk == 0)
      for (std::int64_t p = team.first(); p < size; p += team.stride()) marks[t / kMesaChunk * size + p] = state[p];
    team.sync();
    mesa_advance<kF>(team, in, t, state, state);
    if (!o) continue;
    mesa_eliminate<kF>(team, state, in.lambda, rows, inverse, F);
    for (std::int64_t c = team.first(); c < F; c += team.stride()) x[c] = in.q[t * F + c], o[t * F + c] = 0;
    team.sync();
    mesa_solve<kF>(team, rows, inverse, x, F);
    for (std::int64_t i = 0; i < F; ++i)
      for (std::int64_t c = team.first(); c < F; c += team.stride()) o[t * F + c] += x[i] * state[F * F + i * F + c];
  }
}

/// From `marks`. d_state [2, F, F] is the gradient of the state after the last token and becomes that of the state
/// before the first. Scratch: states [kMesaChunk + 1, 2, F, F], then F F + 7 F.
template <int kF, class S, class Team>
MADSEARCH_HD void mesa_backward(Team team, const MesaHead<S>& in, const S* marks, const S* d_o, S* d_state,
                                const MesaHeadGradients<S>& out, S* scratch) {
  const std::int64_t F = kF ? kF : in.F, size = 2 * F * F;
  S *states = scratch, *rows = states + (kMesaChunk + 1) * size, *inverse = rows + F * F, *x = inverse + F, *y = x + F,
    *column = y + F, *strength = column + F, *kept = strength + F, *row = kept + F;
  S *dA = d_state, *dB = d_state + F * F;
  for (std::int64_t t0 = (in.T - 1) / kMesaChunk * kMesaChunk; t0 >= 0; t0 -= kMesaChunk) {
    const std::int64_t end = in.T < t0 + kMesaChunk ? in.T : t0 + kMesaChunk;
    for (std::int64_t p = team.first(); p < size; p += team.stride()) states[p] = marks[t0 / kMesaChunk * size + p];
    team.sync();
    for (std::int64_t t = t0; t < end; ++t)
      mesa_advance<kF>(team, in, t, states + (t - t0) * size, states + (t - t0 + 1) * size);
    for (std::int64_t t = end - 1; t >= t0; --t) {
      const S *before = states + (t - t0) * size, *A = before + size, *B = A + F * F, *dy = d_o + t * F;
      const S *k = in.k + t * F, *v = in.v + t * F, decay = exponential(in.g[t]), beta = in.beta[t];
      S* dv = out.v + t * F;
      mesa_eliminate<kF>(team, A, in.lambda, rows, inverse, F);
      for (std::int64_t i = team.first(); i < F; i += team.stride()) {
        S sum = 0;
        for (std::int64_t c = 0; c < F; ++c) sum += B[i * F + c] * dy[c];
        y[i] = sum;
        x[i] = in.q[t * F + i];
      }
      team.sync();
      mesa_solve<kF>(team, rows, inverse, x, F);
      mesa_solve<kF>(team, rows, inverse, y, F);

      for (std::int64_t c = team.first(); c < F; c += team.stride()) {
        out.q[t * F + c] = y[c];
        out.lambda[c] -= x[c] * y[c];
        column[c] = 0;
        dv[c] = 0;
      }
      for (std::int64_t i = 0; i < F; ++i)
#pragma GCC ivdep
        for (std::int64_t c = team.first(); c < F; c += team.stride()) {
          dA[i * F + c] -= y[i] * x[c];
          dB[i * F + c] += x[i] * dy[c];
          column[c] += k[i] * dA[i * F + c];
          dv[c] += k[i] * dB[i * F + c];
        }
      team.sync();
      for (std::int64_t i = team.first(); i < F; i += team.stride()) {
        S *da = dA + i * F, *db = dB + i * F;
        const S *a = before + i * F, *b = a + F * F;
        S written = 0, held = 0;
        for (std::int64_t c = 0; c < F; ++c) {
          written += da[c] * k[c] + db[c] * v[c];
          held += da[c] * a[c] + db[c] * b[c];
          da[c] *= decay;
          db[c] *= decay;
        }
        row[i] = written;
        strength[i] = k[i] * written;
        kept[i] = held;
      }
      team.sync();
      for (std::int64_t c = team.first(); c < F; c += team.stride()) {
        out.k[t * F + c] = beta * (row[c] + column[c]);
        dv[c] *= beta;
      }
      if (team.first() == 0) {
        S d_beta = 0, d_decay = 0;
        for (std::int64_t i = 0; i < F; ++i) d_beta += strength[i], d_decay += kept[i];
        out.beta[t] = d_beta;
        out.g[t] = decay * d_decay;
      }
    }
  }
}

/// Head m of all.
template <class S>
MADSEARCH_HD MesaHead<S> head(const Mesa<S>& in, std::int64_t m) {
  const auto at = m * in.T * in.F;
  return {in.q + at, in.k + at, in.v + at, in.g + m * in.T, in.beta + m * in.T, in.lambda + m * in.F, in.T, in.F};
}

template <class S>
MADSEARCH_HD MesaHeadGradients<S> head(const Mesa<S>& in, const MesaGradients<S>& out, std::int64_t m) {
  const auto at = m * in.T * in.F;
  return {out.q + at, out.k + at, out.v + at, out.g + m * in.T, out.beta + m * in.T, out.lambda + m * in.F};
}

}  // namespace madsearch::kernels
