#pragma once
#include "primitives/kernels/launch_ttt.h"
#include "primitives/kernels/team.h"

namespace madsearch::kernels {

/// A linear model that is trained while it reads: one head of one sequence, in mini-batches of n tokens.
///
///   Z_t = k_t W + b        g_t = ∂/∂Z ½ |LN(Z_t) - (v_t - k_t)|²    W, b as at the start of t's mini-batch
///   W_t = W - s_i Σ_j r_j k_jᵀ g_j    b_t = b - s_i Σ_j r_j g_j     j over the mini-batch up to t, its i-th token
///   z_t = q_t W_t + b_t                                             the next mini-batch starts from the last W_t, b_t
///
/// LN(Z) = weight (Z - mean) / √(variance + eps) + bias over F channels. In a mini-batch all g are known at once, hence
/// the dual form: z_i = q_i W + b - s_i Σ_{j≤i} r_j (q_i · k_j + 1) g_j. Source: Sun et al. 2024, arXiv:2407.04620,
/// sections 2.4 to 2.6 and appendix A.
template <class S>
struct InnerModel {
  const S *q, *k, *v, *rate, *scale, *weight, *bias;  // [T, F] [T, F] [T, F] [T] [n] [F] [F]
  std::int64_t T, F, n;
};

constexpr double kInnerEps = 1e-6;

/// g [m, F] and, for backward, the normalised Z (`normal` [m, F]) and 1 / √(variance + eps) (`inverse` [m]) of tokens
/// t0 .. t0 + m - 1.
template <class S, class Team>
MADSEARCH_HD void inner_gradients(Team team, const InnerModel<S>& in, const S* W, const S* b, std::int64_t t0,
                                  std::int64_t m, S* g, S* normal, S* inverse) {
  const auto F = in.F;
  const S *k = in.k + t0 * F, *v = in.v + t0 * F;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t c = team.first(); c < F; c += team.stride()) g[i * F + c] = b[c];
  team.sync();
  add_product(team, S(1), k, F, 1, W, g, m, F, F);
  for (std::int64_t i = team.first(); i < m; i += team.stride()) {
    S *gi = g + i * F, *x = normal + i * F;
    const S *ki = k + i * F, *vi = v + i * F;
    S mean = 0, variance = 0, mean_d = 0, mean_dx = 0;
    for (std::int64_t c = 0; c < F; ++c) mean += gi[c];
    mean /= static_cast<S>(F);
    for (std::int64_t c = 0; c < F; ++c) variance += (gi[c] - mean) * (gi[c] - mean);
    const S r = 1 / std::sqrt(variance / static_cast<S>(F) + static_cast<S>(kInnerEps));
    for (std::int64_t c = 0; c < F; ++c) {
      x[c] = (gi[c] - mean) * r;
      const S d = in.weight[c] * (in.weight[c] * x[c] + in.bias[c] - vi[c] + ki[c]);
      gi[c] = d;
      mean_d += d;
      mean_dx += d * x[c];
    }
    mean_d /= static_cast<S>(F);
    mean_dx /= static_cast<S>(F);
    for (std::int64_t c = 0; c < F; ++c) gi[c] = r * (gi[c] - mean_d - x[c] * mean_dx);
    inverse[i] = r;
  }
  team.sync();
}

/// out [m, m]: left_i · right_j for j ≤ i, else 0; rows of both are F numbers.
template <class S, class Team>
MADSEARCH_HD void causal_products(Team team, const S* left, const S* right, S* out, std::int64_t m, std::int64_t F) {
  for (std::int64_t p = team.first(); p < m * m; p += team.stride()) {
    const std::int64_t i = p / m, j = p % m;
    S sum = 0;
    if (j <= i)
      for (std::int64_t c = 0; c < F; ++c) sum += left[i * F + c] * right[j * F + c];
    out[p] = sum;
  }
  team.sync();
}

/// W [F, F] and b [F], before the first token, are advanced to the start of the mini-batch that token T belongs to. z
/// [T, F], or nullptr if only `states` are wanted: W and b at the start of every mini-batch [⌈T/n⌉, F F + F] (or
/// nullptr).
template <class S, class Team>
MADSEARCH_HD void ttt_linear(Team team, const InnerModel<S>& in, S* W, S* b, S* z, S* states, S* scratch) {
  const auto F = in.F, n = in.n;
  S *g = scratch, *normal = g + n * F, *step = normal + n * F, *inverse = step + n * F, *share = inverse + n;
  for (std::int64_t t0 = 0; t0 < in.T; t0 += n) {
    const auto m = in.T - t0 < n ? in.T - t0 : n;
    const S *q = in.q + t0 * F, *k = in.k + t0 * F, *rate = in.rate + t0;
    if (states) {
      S* kept = states + t0 / n * (F * F + F);
      for (std::int64_t p = team.first(); p < F * F; p += team.stride()) kept[p] = W[p];
      for (std::int64_t c = team.first(); c < F; c += team.stride()) kept[F * F + c] = b[c];
    }
    inner_gradients(team, in, W, b, t0, m, g, normal, inverse);
    if (z) {
      S* zt = z + t0 * F;
      causal_products(team, q, k, share, m, F);
      for (std::int64_t i = team.first(); i < m; i += team.stride())
        for (std::int64_t j = 0; j <= i; ++j) share[i * m + j] = in.scale[i] * rate[j] * (share[i * m + j] + 1);
      for (std::int64_t i = 0; i < m; ++i)
        for (std::int64_t c = team.first(); c < F; c += team.stride()) zt[i * F + c] = b[c];
      team.sync();
      add_product(team, S(1), q, F, 1, W, zt, m, F, F);
      add_product(team, S(-1), share, m, 1, g, zt, m, m, F);
    }
    if (m < n) return;
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t c = team.first(); c < F; c += team.stride()) {
        step[i * F + c] = in.scale[n - 1] * rate[i] * k[i * F + c];
        b[c] -= in.scale[n - 1] * rate[i] * g[i * F + c];
      }
    team.sync();
    add_product(team, S(-1), step, 1, F, g, W, F, n, F);
  }
}

template <class S>
struct InnerModelGradients {
  S *q, *k, *v, *rate, *scale, *weight, *bias;  // as in InnerModel; q, k, v, rate are written, the others added to
};

/// The mini-batch of m tokens from t0 on in backward: what it read, what its gradients are, and its scratch.
template <class S>
struct BackwardBatch {
  std::int64_t F, m;
  const S *W, *b;                  // [F, F] [F] at its start
  const S *q, *k, *v, *rate, *dz;  // [m, F] [m, F] [m, F] [m] [m, F]
  S *dq, *dk, *dv, *drate;         // the same shapes
  S *g, *normal, *inverse;         // of inner_gradients
  S *dg, *dd;                      // [m, F]: gradients of g, later of Z; of d
  S* turned;                       // [F, F]
  S *share, *products, *errors;    // [m, m]
  S *heard, *back, *scaled;        // [m, F]
};

template <class S>
MADSEARCH_HD BackwardBatch<S> backward_batch(const InnerModel<S>& in, const S* states, const S* dz,
                                             const InnerModelGradients<S>& out, S* scratch, std::int64_t t0) {
  const auto F = in.F, n = in.n, at = t0 * F;
  BackwardBatch<S> it;
  it.F = F;
  it.m = in.T - t0 < n ? in.T - t0 : n;
  it.W = states + t0 / n * (F * F + F);
  it.b = it.W + F * F;
  it.q = in.q + at, it.k = in.k + at, it.v = in.v + at, it.rate = in.rate + t0, it.dz = dz + at;
  it.dq = out.q + at, it.dk = out.k + at, it.dv = out.v + at, it.drate = out.rate + t0;
  it.g = scratch;
  it.normal = it.g + n * F;
  it.dg = it.normal + n * F;
  it.dd = it.dg + n * F;
  it.turned = it.dd + n * F;
  it.inverse = it.turned + F * F;
  it.share = it.inverse + n;
  it.products = it.share + n * n;
  it.errors = it.products + n * n;
  it.heard = it.errors + n * n;
  it.back = it.heard + n * F;
  it.scaled = it.back + n * F;
  return it;
}

/// Of a full mini-batch: the next one starts from W - Σ s r_j k_jᵀ g_j, b - Σ s r_j g_j. Sets dg, dk and drate.
template <class S, class Team>
MADSEARCH_HD void next_start_backward(Team team, const BackwardBatch<S>& it, S s, const S* dW, const S* db, S* dscale) {
  const auto F = it.F, m = it.m;
  transpose(team, dW, it.turned, F, F);
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t c = team.first(); c < F; c += team.stride()) it.heard[i * F + c] = db[c], it.back[i * F + c] = 0;
  team.sync();
  add_product(team, S(1), it.k, F, 1, dW, it.heard, m, F, F);
  add_product(team, S(1), it.g, F, 1, it.turned, it.back, m, F, F);
  for (std::int64_t j = team.first(); j < m; j += team.stride()) {
    S dot = 0;
    for (std::int64_t c = 0; c < F; ++c) {
      dot += it.heard[j * F + c] * it.g[j * F + c];
      it.dg[j * F + c] = -s * it.rate[j] * it.heard[j * F + c];
      it.dk[j * F + c] = -s * it.rate[j] * it.back[j * F + c];
    }
    it.drate[j] = dot;
  }
  team.sync();
  if (team.first() == 0)
    for (std::int64_t j = 0; j < m; ++j) {
      *dscale -= it.rate[j] * it.drate[j];
      it.drate[j] *= -s;
    }
}

/// z_i = q_i W + b - s_i Σ_{j≤i} r_j (q_i · k_j + 1) g_j. Adds to dg, dq, dk, drate, dW and the gradients of `scale`.
template <class S, class Team>
MADSEARCH_HD void outputs_backward(Team team, const BackwardBatch<S>& it, const S* scale, S* dscale, S* dW) {
  const auto F = it.F, m = it.m;
  causal_products(team, it.q, it.k, it.products, m, F);
  causal_products(team, it.dz, it.g, it.errors, m, F);
  for (std::int64_t i = team.first(); i < m; i += team.stride()) {
    S sum = 0;
    for (std::int64_t j = 0; j < m; ++j) {
      it.share[i * m + j] = j <= i ? scale[i] * it.rate[j] * (it.products[i * m + j] + 1) : S(0);
      if (j <= i) sum += it.rate[j] * (it.products[i * m + j] + 1) * it.errors[i * m + j];
    }
    dscale[i] -= sum;
  }
  team.sync();
  for (std::int64_t j = team.first(); j < m; j += team.stride()) {
    S sum = 0;
    for (std::int64_t i = j; i < m; ++i) {
      sum += scale[i] * (it.products[i * m + j] + 1) * it.errors[i * m + j];
      it.errors[i * m + j] *= scale[i] * it.rate[j];
    }
    it.drate[j] -= sum;
  }
  add_product(team, S(-1), it.share, 1, m, it.dz, it.dg, m, m, F);
  add_product(team, S(-1), it.errors, m, 1, it.k, it.dq, m, m, F);
  add_product(team, S(-1), it.errors, 1, m, it.q, it.dk, m, m, F);
  transpose(team, it.W, it.turned, F, F);
  add_product(team, S(1), it.dz, F, 1, it.turned, it.dq, m, F, F);
  add_product(team, S(1), it.q, 1, F, it.dz, dW, F, m, F);
}

/// Token i of g = r (d - mean d - x mean(d x)), d = w (w x + bias - v + k), x and r from Z: dg becomes the gradient of
/// Z.
template <class S>
MADSEARCH_HD void error_backward(const BackwardBatch<S>& it, const S* weight, const S* bias, std::int64_t i) {
  const auto F = it.F;
  const S *x = it.normal + i * F, *gi = it.g + i * F, *vi = it.v + i * F, *ki = it.k + i * F;
  S *u = it.dg + i * F, *ddi = it.dd + i * F, *dx = it.scaled + i * F;
  const S r = it.inverse[i], share_of_one = 1 / static_cast<S>(F);
  S mean_u = 0, mean_ux = 0, mean_ug = 0, mean_dx = 0, mean_y = 0, mean_yx = 0;
  for (std::int64_t c = 0; c < F; ++c) {
    const S d = weight[c] * (weight[c] * x[c] + bias[c] - vi[c] + ki[c]);
    mean_u += u[c];
    mean_ux += u[c] * x[c];
    mean_ug += u[c] * gi[c];
    mean_dx += d * x[c];
  }
  mean_u *= share_of_one, mean_ux *= share_of_one, mean_ug *= share_of_one, mean_dx *= share_of_one;
  for (std::int64_t c = 0; c < F; ++c) {
    const S d = weight[c] * (weight[c] * x[c] + bias[c] - vi[c] + ki[c]);
    ddi[c] = r * (u[c] - mean_u - x[c] * mean_ux);
    dx[c] = ddi[c] * weight[c] * weight[c] - r * (u[c] * mean_dx + d * mean_ux);
    mean_y += dx[c];
    mean_yx += dx[c] * x[c];
  }
  mean_y *= share_of_one, mean_yx *= share_of_one;
  for (std::int64_t c = 0; c < F; ++c) {
    u[c] = r * (dx[c] - mean_y - x[c] * (mean_yx + mean_ug));
    const S target = -ddi[c] * weight[c];
    it.dv[i * F + c] = target;
    it.dk[i * F + c] -= target;
  }
}

/// From dg and dd of all tokens to what all of them share: adds to dk, dW, db, and the gradients of weight and bias.
template <class S, class Team>
MADSEARCH_HD void start_backward(Team team, const BackwardBatch<S>& it, const InnerModel<S>& in,
                                 const InnerModelGradients<S>& out, S* dW, S* db) {
  const auto F = it.F, m = it.m;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t c = team.first(); c < F; c += team.stride()) {
      const S x = it.normal[i * F + c], d = it.dd[i * F + c];
      out.weight[c] += d * (2 * in.weight[c] * x + in.bias[c] - it.v[i * F + c] + it.k[i * F + c]);
      out.bias[c] += d * in.weight[c];
      db[c] += it.dz[i * F + c] + it.dg[i * F + c];
    }
  add_product(team, S(1), it.dg, F, 1, it.turned, it.dk, m, F, F);
  add_product(team, S(1), it.k, 1, F, it.dg, dW, F, m, F);
}

/// From the kept `states`. dW [F, F] and db [F] are the gradients of W and b after the last mini-batch that was full
/// and become those of W and b before the first token.
template <class S, class Team>
MADSEARCH_HD void ttt_linear_backward(Team team, const InnerModel<S>& in, const S* states, const S* dz, S* dW, S* db,
                                      const InnerModelGradients<S>& out, S* scratch) {
  const auto F = in.F, n = in.n;
  for (std::int64_t t0 = (in.T - 1) / n * n; t0 >= 0; t0 -= n) {
    const auto it = backward_batch(in, states, dz, out, scratch, t0);
    inner_gradients(team, in, it.W, it.b, t0, it.m, it.g, it.normal, it.inverse);
    for (std::int64_t p = team.first(); p < it.m * F; p += team.stride()) it.dg[p] = 0, it.dq[p] = 0, it.dk[p] = 0;
    for (std::int64_t i = team.first(); i < it.m; i += team.stride()) it.drate[i] = 0;
    if (it.m == n) next_start_backward(team, it, in.scale[n - 1], dW, db, out.scale + n - 1);
    outputs_backward(team, it, in.scale, out.scale, dW);
    for (std::int64_t i = team.first(); i < it.m; i += team.stride()) error_backward(it, in.weight, in.bias, i);
    team.sync();
    start_backward(team, it, in, out, dW, db);
  }
}

/// Head m of all.
template <class S>
MADSEARCH_HD InnerModel<S> head(const TttLinear<S>& in, std::int64_t m) {
  const auto at = m * in.T * in.F;
  return {in.q + at,
          in.k + at,
          in.v + at,
          in.rate + m * in.T,
          in.scale + m * in.n,
          in.weight + m * in.F,
          in.bias + m * in.F,
          in.T,
          in.F,
          in.n};
}

template <class S>
MADSEARCH_HD InnerModelGradients<S> head(const TttLinear<S>& in, const TttLinearGradients<S>& out, std::int64_t m) {
  const auto at = m * in.T * in.F;
  return {out.q + at,         out.k + at, out.v + at, out.rate + m * in.T, out.scale + m * in.n, out.weight + m * in.F,
          out.bias + m * in.F};
}

}  // namespace madsearch::kernels
