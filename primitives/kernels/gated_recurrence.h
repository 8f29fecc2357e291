#pragma once
#include "primitives/kernels/host_device.h"

namespace madsearch::kernels {

/// A linear recurrence over outer products with a decay for each key channel; one head of one sequence, value channels j0 ≤ j < j1 of V.
///
///   H_t = diag(exp a_t) H_{t-1} + k_tᵀ v_t        o_t = q_t H_t        H [K, V]
///
/// q, k, a [T, K]; v, o [T, V]; a = nullptr means no decay. h [K, V], the state before the first token, is advanced to that after the
/// last. `states` [T + 1, K, V] keeps every H if not null (for backward).
/// Source: Yang et al. 2023, arXiv:2312.06635, equation 3; Katharopoulos et al. 2020, arXiv:2006.16236, section 3.3 (no decay).
template <class S>
MADSEARCH_HD void gated_recurrence(const S* q, const S* k, const S* a, const S* v, S* o, S* h, S* states, std::int64_t T, std::int64_t K,
                                   std::int64_t V, std::int64_t j0, std::int64_t j1) {
  if (states)
    for (std::int64_t i = 0; i < K; ++i)
      for (std::int64_t j = j0; j < j1; ++j) states[i * V + j] = h[i * V + j];
  for (std::int64_t t = 0; t < T; ++t) {
    const S* vt = v + t * V;
    S* ot = o + t * V;
    for (std::int64_t j = j0; j < j1; ++j) ot[j] = 0;
    for (std::int64_t i = 0; i < K; ++i) {
      const S key = k[t * K + i], query = q[t * K + i], decay = a ? exponential(a[t * K + i]) : S(1);
      S* hi = h + i * V;
      S* kept = states ? states + ((t + 1) * K + i) * V : hi;
#pragma GCC ivdep
      for (std::int64_t j = j0; j < j1; ++j) {
        const S next = decay * hi[j] + key * vt[j];
        hi[j] = next;
        kept[j] = next;
        ot[j] += query * next;
      }
    }
  }
}

/// Gradients of gated_recurrence from the kept `states`. dh [K, V] is the gradient of the state after the last token and becomes that
/// of the state before the first. dv [T, V] is written for channels j0..j1; dq, dk, da [T, K] are added to.
template <class S>
MADSEARCH_HD void gated_recurrence_backward(const S* q, const S* k, const S* a, const S* v, const S* states, const S* d_o, S* dh, S* dq,
                                            S* dk, S* da, S* dv, std::int64_t T, std::int64_t K, std::int64_t V, std::int64_t j0,
                                            std::int64_t j1) {
  for (std::int64_t t = T - 1; t >= 0; --t) {
    const S *vt = v + t * V, *gt = d_o + t * V;
    S* dvt = dv + t * V;
    for (std::int64_t j = j0; j < j1; ++j) dvt[j] = 0;
    for (std::int64_t i = 0; i < K; ++i) {
      const S key = k[t * K + i], query = q[t * K + i], decay = a ? exponential(a[t * K + i]) : S(1);
      const S *before = states + (t * K + i) * V, *after = states + ((t + 1) * K + i) * V;
      S* dhi = dh + i * V;
      S sum_q = 0, sum_k = 0, sum_a = 0;
#pragma GCC ivdep
      for (std::int64_t j = j0; j < j1; ++j) {
        const S d = dhi[j] + query * gt[j];
        sum_q += after[j] * gt[j];
        sum_k += d * vt[j];
        sum_a += d * before[j];
        dvt[j] += key * d;
        dhi[j] = decay * d;
      }
      accumulate(dq + t * K + i, sum_q);
      accumulate(dk + t * K + i, sum_k);
      if (a) accumulate(da + t * K + i, decay * sum_a);
    }
  }
}

}  // namespace madsearch::kernels
