#pragma once
#include "primitives/kernels/launch.h"

// Before a loop over a constant number of channels: a vector of them, with no dependence between iterations. GCC would
// unroll the loop before it vectorises, and then find no vectors.
#define MADSEARCH_LANES _Pragma("GCC ivdep") _Pragma("GCC unroll 1")

namespace madsearch::kernels {

/// A linear recurrence over outer products with a decay for each key channel; one head of one sequence (in.M = 1),
/// value channels j0 ≤ j < j0 + C of V.
///
///   H_t = diag(w_t) H_{t-1} + k_tᵀ v_t        o_t = q_t H_t        H [K, V]
///   with a bonus u                            o_t = q_t (H_{t-1} + diag(u) k_tᵀ v_t)
///
/// `h` [K, V], the state before the first token, is advanced to that after the last. With `keep`, h [T + 1, K, V]
/// begins with the state before the first token and is filled with those after each one, for backward; `o` is then not
/// written. C is a constant so that sums over the keys stay in registers. Source: Yang et al. 2023, arXiv:2312.06635,
/// equation 3; Katharopoulos et al. 2020, arXiv:2006.16236, section 3.3 (no decay); Peng et al. 2024, arXiv:2404.05892
/// (bonus).
template <class S, std::int64_t C>
void gated_recurrence(const GatedRecurrence<const S>& in, S* o, S* h, bool keep, std::int64_t j0) {
  const auto K = in.K, V = in.V, further = keep ? K * V : 0;
  for (std::int64_t t = 0; t < in.T; ++t) {
    const S *qt = in.q + t * K, *kt = in.k + t * K, *wt = in.w + t * in.decays, *vt = in.v + t * V + j0;
    const S* past = h + t * further + j0;
    S* next = h + (t + 1) * further + j0;
    if (keep) {
      for (std::int64_t i = 0; i < K; ++i) {
        const S key = kt[i], decay = in.decay(wt, i);
        MADSEARCH_LANES
        for (std::int64_t j = 0; j < C; ++j) next[i * V + j] = decay * past[i * V + j] + key * vt[j];
      }
      continue;
    }
    S sum[C] = {};
    if (in.u) {
      S bonus = 0;
      for (std::int64_t i = 0; i < K; ++i) {
        const S key = kt[i], query = qt[i], decay = in.decay(wt, i);
        bonus += query * in.u[i] * key;
        MADSEARCH_LANES
        for (std::int64_t j = 0; j < C; ++j) {
          const S held = past[i * V + j];
          sum[j] += query * held;
          next[i * V + j] = decay * held + key * vt[j];
        }
      }
      for (std::int64_t j = 0; j < C; ++j) sum[j] += bonus * vt[j];
    } else {
      for (std::int64_t i = 0; i < K; ++i) {
        const S key = kt[i], query = qt[i], decay = in.decay(wt, i);
        MADSEARCH_LANES
        for (std::int64_t j = 0; j < C; ++j) {
          const S held = decay * past[i * V + j] + key * vt[j];
          next[i * V + j] = held;
          sum[j] += query * held;
        }
      }
    }
    for (std::int64_t j = 0; j < C; ++j) o[t * V + j0 + j] = sum[j];
  }
}

/// Gradients of gated_recurrence from the kept `states` [T + 1, K, V]. dh [K, V] is the gradient of the state after the
/// last token and becomes that of the state before the first. d.v is written for channels j0..j0 + C; d.q, d.k, d.u and
/// d.w are added to, d.w being the gradient of log w.
template <class S, std::int64_t C>
void gated_recurrence_backward(const GatedRecurrence<const S>& in, const S* states, const S* d_o, S* dh,
                               const GatedRecurrence<S>& d, std::int64_t j0) {
  const auto K = in.K, V = in.V;
  for (std::int64_t t = in.T - 1; t >= 0; --t) {
    const S *qt = in.q + t * K, *kt = in.k + t * K, *wt = in.w + t * in.decays, *vt = in.v + t * V + j0,
            *gt = d_o + t * V + j0;
    const S *before = states + t * K * V + j0, *after = before + K * V;
    S sum[C] = {}, bonus = 0, read = 0, sum_all = 0;  // bonus = q diag(u) kᵀ, read = g vᵀ
    if (in.u)
      for (std::int64_t j = 0; j < C; ++j) read += gt[j] * vt[j];
    for (std::int64_t i = 0; i < K; ++i) {
      const S key = kt[i], query = qt[i], decay = in.decay(wt, i);
      S* dhi = dh + i * V + j0;
      S sum_q = 0, sum_k = 0, sum_w = 0;
      if (in.u) {
        MADSEARCH_LANES
        for (std::int64_t j = 0; j < C; ++j) {
          const S g = dhi[j], held = before[i * V + j];
          sum_q += held * gt[j];
          sum_k += g * vt[j];
          sum_w += g * held;
          sum[j] += key * g;
          dhi[j] = decay * g + query * gt[j];
        }
        bonus += query * in.u[i] * key;
        sum_q += in.u[i] * key * read;
        sum_k += in.u[i] * query * read;
        d.u[i] += query * key * read;
      } else {
        MADSEARCH_LANES
        for (std::int64_t j = 0; j < C; ++j) {
          const S g = dhi[j] + query * gt[j];
          sum_q += after[i * V + j] * gt[j];
          sum_k += g * vt[j];
          sum_w += g * before[i * V + j];
          sum[j] += key * g;
          dhi[j] = decay * g;
        }
      }
      d.q[t * K + i] += sum_q;
      d.k[t * K + i] += sum_k;
      if (in.decays == K && in.w) d.w[t * K + i] += decay * sum_w;
      sum_all += sum_w;
    }
    if (in.decays == 1 && K > 1) d.w[t] += wt[0] * sum_all;
    for (std::int64_t j = 0; j < C; ++j) d.v[t * V + j0 + j] = sum[j] + bonus * gt[j];
  }
}

}  // namespace madsearch::kernels

#undef MADSEARCH_LANES
