#pragma once
#include "primitives/kernels/host_device.h"

// Loops over one token or one sequence that LibTorch would do in many passes over small tensors; on a CPU those passes
// are most of the time of a small model. Rows are contiguous.
namespace madsearch::kernels {

/// y = x r w with r = 1 / sqrt(mean(x²) + eps), one row of D; r is returned for backward.
template <class S>
inline S rms_norm(const S* x, const S* w, S* y, std::int64_t D, S eps) {
  S sum = 0;
  for (std::int64_t c = 0; c < D; ++c) sum += x[c] * x[c];
  const S r = 1 / std::sqrt(sum / static_cast<S>(D) + eps);
  for (std::int64_t c = 0; c < D; ++c) y[c] = x[c] * r * w[c];
  return r;
}

/// dx is written, dw added to.
template <class S>
inline void rms_norm_backward(const S* x, const S* w, S r, const S* dy, S* __restrict dx, S* __restrict dw,
                              std::int64_t D) {
  S dot = 0;
  for (std::int64_t c = 0; c < D; ++c) dot += dy[c] * w[c] * x[c];
  const S k = dot * r * r * r / static_cast<S>(D);
  for (std::int64_t c = 0; c < D; ++c) {
    dx[c] = dy[c] * w[c] * r - x[c] * k;
    dw[c] += dy[c] * x[c] * r;
  }
}

/// y = a b / (1 + e^-a), n numbers.
template <class S>
inline void silu_gate(const S* a, const S* b, S* __restrict y, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) y[i] = a[i] * b[i] / (1 + exponential(-a[i]));
}

template <class S>
inline void silu_gate_backward(const S* a, const S* b, const S* dy, S* __restrict da, S* __restrict db,
                               std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    const S s = 1 / (1 + exponential(-a[i]));
    db[i] = dy[i] * a[i] * s;
    da[i] = dy[i] * b[i] * s * (1 + a[i] * (1 - s));
  }
}

/// y_t[c] = bias[c] + Σ_lag w[lag, c] x_{t-lag}[c] of one sequence, x and y [T, C], w [taps, C] with the current token
/// first.
template <class S>
inline void short_conv(const S* x, const S* w, const S* bias, S* __restrict y, std::int64_t T, std::int64_t C,
                       std::int64_t taps) {
  for (std::int64_t t = 0; t < T; ++t) {
    S* yt = y + t * C;
    for (std::int64_t c = 0; c < C; ++c) yt[c] = bias ? bias[c] : 0;
    for (std::int64_t lag = 0; lag < taps && lag <= t; ++lag) {
      const S *xt = x + (t - lag) * C, *wl = w + lag * C;
      for (std::int64_t c = 0; c < C; ++c) yt[c] += wl[c] * xt[c];
    }
  }
}

/// dx is written; dw and dbias (may be null) are added to.
template <class S>
inline void short_conv_backward(const S* x, const S* w, const S* dy, S* __restrict dx, S* __restrict dw,
                                S* __restrict dbias, std::int64_t T, std::int64_t C, std::int64_t taps) {
  for (std::int64_t t = 0; t < T; ++t) {
    S* dxt = dx + t * C;
    for (std::int64_t c = 0; c < C; ++c) dxt[c] = 0;
    for (std::int64_t lag = 0; lag < taps && t + lag < T; ++lag) {
      const S *g = dy + (t + lag) * C, *wl = w + lag * C, *xt = x + t * C;
      S* dwl = dw + lag * C;
      for (std::int64_t c = 0; c < C; ++c) {
        dxt[c] += wl[c] * g[c];
        dwl[c] += xt[c] * g[c];
      }
    }
    if (dbias)
      for (std::int64_t c = 0; c < C; ++c) dbias[c] += dy[t * C + c];
  }
}

}  // namespace madsearch::kernels
