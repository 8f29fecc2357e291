#include <algorithm>
#include <stdexcept>
#include <string>

#include "primitives/kernels/outer_scan.h"

namespace madsearch::kernels {
namespace {

constexpr int kThreads = 128;

template <class S>
__device__ S* cleared_shared(const OuterGrid& grid) {
  S* out = shared_memory<S>();
  for (int i = static_cast<int>(threadIdx.x); i < grid.shared; i += static_cast<int>(blockDim.x)) out[i] = 0;
  return out;
}

/// Of a thread's part of a column (kColumn: numbers [K], column `place.row` of V) or row of `matrices`, zeros if that
/// is nullptr.
template <bool kColumn, class S, int kNumbers>
__device__ void load_state(const OuterPlace& place, const OuterScan<S>& in, const S* matrices, S (&to)[kNumbers]) {
#pragma unroll
  for (int n = 0; n < kNumbers; ++n) {
    const std::int64_t other = place.segment * kNumbers + n, i = kColumn ? other : place.row,
                       j = kColumn ? place.row : other;
    to[n] = matrices && place.alive && i < in.K && j < in.V ? matrices[(place.matrix * in.K + i) * in.V + j] : S(0);
  }
}

template <bool kColumn, class S, int kNumbers>
__device__ void store_state(const OuterPlace& place, const OuterScan<S>& in, S* matrices, const S (&from)[kNumbers]) {
  if (!matrices || !place.alive) return;
#pragma unroll
  for (int n = 0; n < kNumbers; ++n) {
    const std::int64_t other = place.segment * kNumbers + n, i = kColumn ? other : place.row,
                       j = kColumn ? place.row : other;
    if (i < in.K && j < in.V) matrices[(place.matrix * in.K + i) * in.V + j] = from[n];
  }
}

/// Where the number of the thread's row in token (or step) `n` of `rows` lies among [N, rows, H, numbers].
template <class S>
__device__ std::int64_t index(const OuterPlace& place, const OuterScan<S>& in, std::int64_t rows, std::int64_t n,
                              std::int64_t numbers) {
  return ((place.matrix / in.H * rows + n) * in.H + place.matrix % in.H) * numbers + place.row;
}

/// What both passes over columns fetch.
template <class S, int kNumbers, bool kDelta, bool kBonus>
struct KeyVectors {
  using Vectors = OuterVectors<S, kNumbers>;
  Vectors q, w, a, b, k, bonus;
  __device__ KeyVectors(const OuterScan<S>& in, const OuterGrid& grid, S*& shared)
      : q(grid, 1, shared),
        w(grid, 1, shared),
        a(grid, kDelta ? in.steps : 0, shared),
        b(grid, kDelta ? in.steps : 0, shared),
        k(grid, in.steps, shared),
        bonus(grid, kBonus ? 1 : 0, shared) {}
  __device__ void fetch(const OuterPlace& place, const OuterScan<S>& in, std::int64_t first, int count) {
    const int K = static_cast<int>(in.K), steps = static_cast<int>(count * in.steps);
    const auto step = first * in.steps, all = in.T * in.steps;
    q.fetch(place, in.q, first, count, in.H, in.T, K, in.K);
    if (in.w) w.fetch(place, in.w, first, count, in.H, in.T, K, in.decays);
    if (kDelta) a.fetch(place, in.a, step, steps, in.H, all, K, in.K);
    if (kDelta) b.fetch(place, in.b, step, steps, in.H, all, K, in.K);
    if (in.k) k.fetch(place, in.k, step, steps, in.H, all, K, in.K);
    if (kBonus && first == 0) bonus.fetch(place, in.bonus, 0, 1, in.H, 1, K, in.K);
  }
  /// q diag(bonus) kᵀ
  __device__ S bonus_of(const OuterPlace& place, int t, int segments, const S (&query)[kNumbers]) const {
    S key[kNumbers], factor[kNumbers];
    k.read(place, t, key);
    bonus.read(place, 0, factor);
    multiply(key, factor);
    return product(query, key, segments);
  }
};

/// Outputs, a thread a value channel.
template <class S, int kNumbers, bool kDelta, bool kBonus>
__global__ void __launch_bounds__(kThreads)
    forward_columns(OuterScan<S> in, OuterGrid grid, const S* initial, S* o, S* change, S* last) {
  S* shared = cleared_shared<S>(grid);
  const auto place = outer_place(grid);
  const bool writes = place.alive && place.segment == 0;
  KeyVectors<S, kNumbers, kDelta, kBonus> key(in, grid, shared);
  OuterScalars<S> values(grid, in.steps, shared);
  S state[kNumbers], row[kNumbers], query[kNumbers];
  load_state<true>(place, in, initial, state);
  const int steps = static_cast<int>(in.steps);
  for (std::int64_t first = 0; first < in.T; first += grid.chunk) {
    const int count = static_cast<int>(in.T - first < grid.chunk ? in.T - first : grid.chunk);
    __syncthreads();
    key.fetch(place, in, first, count);
    values.fetch(place, grid, in.v, first * steps, count * steps, in.H, in.T * steps, in.V);
    __syncthreads();
    for (int t = 0; t < count; ++t) {
      S out = 0;
      key.q.read(place, t, query);
      if (kBonus)
        out =
            product(query, state, grid.segments) + key.bonus_of(place, t, grid.segments, query) * values.read(place, t);
      for (int n = t * steps; n < (t + 1) * steps; ++n) {
        const S v = values.read(place, n);
        S u = 0;
        if (kDelta) {
          key.b.read(place, n, row);
          u = product(row, state, grid.segments);
          if (!in.k) u -= v;
          if (change && writes) change[index(place, in, in.T * steps, first * steps + n, in.V)] = u;
        }
        if (in.w && n == t * steps) {
          key.w.read(place, t, row);
          multiply(state, row);
        }
        if (kDelta) {
          key.a.read(place, n, row);
          add_scaled(state, u, row);
        }
        if (in.k) {
          key.k.read(place, n, row);
          add_scaled(state, v, row);
        }
      }
      if (!kBonus) out = product(query, state, grid.segments);
      if (writes) o[index(place, in, in.T, first + t, in.V)] = out;
    }
  }
  store_state<true>(place, in, last, state);
}

/// Gradients of v, and of u into `du`, a thread a value channel.
template <class S, int kNumbers, bool kDelta, bool kBonus>
__global__ void __launch_bounds__(kThreads)
    backward_columns(OuterScan<S> in, OuterGrid grid, const S* d_o, const S* d_last, S* dv, S* du, S* d_initial) {
  S* shared = cleared_shared<S>(grid);
  const auto place = outer_place(grid);
  const bool writes = place.alive && place.segment == 0;
  KeyVectors<S, kNumbers, kDelta, kBonus> key(in, grid, shared);
  OuterScalars<S> above(grid, 1, shared);
  S gradient[kNumbers], row[kNumbers], query[kNumbers];
  load_state<true>(place, in, d_last, gradient);
  const int steps = static_cast<int>(in.steps);
  for (std::int64_t first = (in.T - 1) / grid.chunk * grid.chunk; first >= 0; first -= grid.chunk) {
    const int count = static_cast<int>(in.T - first < grid.chunk ? in.T - first : grid.chunk);
    __syncthreads();
    key.fetch(place, in, first, count);
    // the bonus came with the last chunk if there is one only
    if (kBonus) key.bonus.fetch(place, in.bonus, 0, 1, in.H, 1, static_cast<int>(in.K), in.K);
    above.fetch(place, grid, d_o, first, count, in.H, in.T, in.V);
    __syncthreads();
    for (int t = count - 1; t >= 0; --t) {
      const S g = above.read(place, t);
      key.q.read(place, t, query);
      if (!kBonus) add_scaled(gradient, g, query);
      for (int n = (t + 1) * steps - 1; n >= t * steps; --n) {
        S of_change = 0, of_value = 0;
        if (kDelta) {
          key.a.read(place, n, row);
          of_change = product(row, gradient, grid.segments);
          of_value = -of_change;
        }
        if (in.k) {
          key.k.read(place, n, row);
          of_value = product(row, gradient, grid.segments);
          if (kBonus) of_value += g * key.bonus_of(place, t, grid.segments, query);
        }
        if (writes) {
          const auto at = index(place, in, in.T * steps, first * steps + n, in.V);
          dv[at] = of_value;
          if (kDelta) du[at] = of_change;
        }
        if (in.w && n == t * steps) {
          key.w.read(place, t, row);
          multiply(gradient, row);
        }
        if (kDelta) {
          key.b.read(place, n, row);
          add_scaled(gradient, of_change, row);
        }
      }
      if (kBonus) add_scaled(gradient, g, query);
    }
  }
  store_state<true>(place, in, d_initial, gradient);
}

/// What both passes over rows fetch of the value channels.
template <class S, int kNumbers, bool kDelta>
struct ValueVectors {
  using Vectors = OuterVectors<S, kNumbers>;
  Vectors above, v, u, du;
  __device__ ValueVectors(const OuterScan<S>& in, const OuterGrid& grid, S*& shared)
      : above(grid, 1, shared),
        v(grid, in.steps, shared),
        u(grid, kDelta ? in.steps : 0, shared),
        du(grid, kDelta ? in.steps : 0, shared) {}
  __device__ void fetch(const OuterPlace& place, const OuterScan<S>& in, const S* d_o, const S* change,
                        const S* of_change, std::int64_t first, int count) {
    const int V = static_cast<int>(in.V), steps = static_cast<int>(count * in.steps);
    const auto step = first * in.steps, all = in.T * in.steps;
    above.fetch(place, d_o, first, count, in.H, in.T, V, in.V);
    if (in.k) v.fetch(place, in.v, step, steps, in.H, all, V, in.V);
    if (kDelta) u.fetch(place, change, step, steps, in.H, all, V, in.V);
    if (kDelta) du.fetch(place, of_change, step, steps, in.H, all, V, in.V);
  }
};

/// Gradients of q, b and bonus, a thread a key channel. `inner` is that of the last state times the state.
template <class S, int kNumbers, bool kDelta, bool kBonus>
__global__ void __launch_bounds__(kThreads)
    forward_rows(OuterScan<S> in, OuterGrid grid, const S* initial, const S* change, const S* d_o, const S* d_last,
                 const S* du, OuterGradients<S> d, S* inner) {
  S* shared = cleared_shared<S>(grid);
  const auto place = outer_place(grid);
  const bool writes = place.alive && place.segment == 0;
  ValueVectors<S, kNumbers, kDelta> value(in, grid, shared);
  OuterScalars<S> q(grid, kBonus ? 1 : 0, shared), w(grid, 1, shared), a(grid, kDelta ? in.steps : 0, shared),
      k(grid, in.steps, shared);
  const S bonus = kBonus && place.alive ? in.bonus[place.matrix * in.K + place.row] : S(0);
  S state[kNumbers], row[kNumbers], above[kNumbers], of_bonus = 0;
  load_state<false>(place, in, initial, state);
  const int steps = static_cast<int>(in.steps);
  for (std::int64_t first = 0; first < in.T; first += grid.chunk) {
    const int count = static_cast<int>(in.T - first < grid.chunk ? in.T - first : grid.chunk);
    const auto step = first * steps, all = in.T * steps;
    __syncthreads();
    value.fetch(place, in, d_o, change, du, first, count);
    if (kBonus) q.fetch(place, grid, in.q, first, count, in.H, in.T, in.K);
    if (in.w) w.fetch(place, grid, in.w, first, count, in.H, in.T, in.decays);
    if (kDelta) a.fetch(place, grid, in.a, step, count * steps, in.H, all, in.K);
    if (in.k) k.fetch(place, grid, in.k, step, count * steps, in.H, all, in.K);
    __syncthreads();
    for (int t = 0; t < count; ++t) {
      S of_query = 0;
      value.above.read(place, t, above);
      if (kBonus) {
        value.v.read(place, t, row);
        const S read = product(above, row, grid.segments), key = k.read(place, t);
        of_query = product(above, state, grid.segments) + bonus * key * read;
        of_bonus += q.read(place, t) * key * read;
      }
      for (int n = t * steps; n < (t + 1) * steps; ++n) {
        if (kDelta) {
          value.du.read(place, n, row);
          const S of_b = product(row, state, grid.segments);
          if (writes) d.b[index(place, in, all, step + n, in.K)] = of_b;
        }
        if (in.w && n == t * steps) scale(state, w.read(place, t));
        if (kDelta) {
          value.u.read(place, n, row);
          add_scaled(state, a.read(place, n), row);
        }
        if (in.k) {
          value.v.read(place, n, row);
          add_scaled(state, k.read(place, n), row);
        }
      }
      if (!kBonus) of_query = product(above, state, grid.segments);
      if (writes) d.q[index(place, in, in.T, first + t, in.K)] = of_query;
    }
  }
  load_state<false>(place, in, d_last, row);
  const S both = product(row, state, grid.segments);
  if (writes) inner[place.matrix * in.K + place.row] = both;
  if (kBonus && writes) d.bonus[place.matrix * in.K + place.row] = of_bonus;
}

/// Gradients of k, a and log w, a thread a key channel. That of log w needs a state and its gradient at once, one of
/// which is made from the end and the other from the beginning; but their inner product changes from token to token by
/// what the other gradients say (Yang et al. 2023, arXiv:2312.06635, appendix C).
template <class S, int kNumbers, bool kDelta, bool kBonus>
__global__ void __launch_bounds__(kThreads)
    backward_rows(OuterScan<S> in, OuterGrid grid, const S* change, const S* d_o, const S* d_last, const S* du,
                  OuterGradients<S> d, const S* inner) {
  S* shared = cleared_shared<S>(grid);
  const auto place = outer_place(grid);
  const bool writes = place.alive && place.segment == 0;
  ValueVectors<S, kNumbers, kDelta> value(in, grid, shared);
  const auto delta = kDelta ? in.steps : 0;
  OuterScalars<S> q(grid, 1, shared), w(grid, 1, shared), dq(grid, 1, shared), a(grid, delta, shared),
      b(grid, delta, shared), db(grid, delta, shared), k(grid, in.steps, shared);
  const S bonus = kBonus && place.alive ? in.bonus[place.matrix * in.K + place.row] : S(0);
  S both = place.alive ? inner[place.matrix * in.K + place.row] : S(0);
  S gradient[kNumbers], row[kNumbers], above[kNumbers];
  load_state<false>(place, in, d_last, gradient);
  const int steps = static_cast<int>(in.steps);
  for (std::int64_t first = (in.T - 1) / grid.chunk * grid.chunk; first >= 0; first -= grid.chunk) {
    const int count = static_cast<int>(in.T - first < grid.chunk ? in.T - first : grid.chunk);
    const auto step = first * steps, all = in.T * steps;
    __syncthreads();
    value.fetch(place, in, d_o, change, du, first, count);
    q.fetch(place, grid, in.q, first, count, in.H, in.T, in.K);
    dq.fetch(place, grid, d.q, first, count, in.H, in.T, in.K);
    if (in.w) w.fetch(place, grid, in.w, first, count, in.H, in.T, in.decays);
    if (kDelta) {
      a.fetch(place, grid, in.a, step, count * steps, in.H, all, in.K);
      b.fetch(place, grid, in.b, step, count * steps, in.H, all, in.K);
      db.fetch(place, grid, d.b, step, count * steps, in.H, all, in.K);
    }
    if (in.k) k.fetch(place, grid, in.k, step, count * steps, in.H, all, in.K);
    __syncthreads();
    for (int t = count - 1; t >= 0; --t) {
      const S query = q.read(place, t);
      S of_query = dq.read(place, t), read = 0;
      value.above.read(place, t, above);
      if (kBonus) {
        value.v.read(place, t, row);
        read = product(above, row, grid.segments);
        of_query -= bonus * k.read(place, t) * read;
      } else {
        add_scaled(gradient, query, above);
        both += query * of_query;
      }
      for (int n = (t + 1) * steps - 1; n >= t * steps; --n) {
        const auto at = index(place, in, all, step + n, in.K);
        if (kDelta) {
          value.u.read(place, n, row);
          const S of_a = product(row, gradient, grid.segments);
          both -= a.read(place, n) * of_a;
          if (writes) d.a[at] = of_a;
        }
        if (in.k) {
          value.v.read(place, n, row);
          const S of_k = product(row, gradient, grid.segments);
          both -= k.read(place, n) * of_k;
          if (writes) d.k[at] = of_k + bonus * query * read;
        }
        if (in.w && n == t * steps) {
          if (writes) d.log_w[index(place, in, in.T, first + t, in.K)] = both;
          scale(gradient, w.read(place, t));
        }
        if (kDelta) {
          value.du.read(place, n, row);
          add_scaled(gradient, b.read(place, n), row);
          both += b.read(place, n) * db.read(place, n);
        }
      }
      if (kBonus) {
        add_scaled(gradient, query, above);
        both += query * of_query;
      }
    }
  }
}

constexpr std::int64_t kShared = 48 * 1024;  // bytes of a block: with more, too few blocks run side by side

/// How `rows` threads' axis and `columns` registers' axis are shared out. vectors, scalars: of a token, how many rows
/// of each a kernel fetches.
template <class S, int kNumbers>
OuterGrid grid_of(std::int64_t matrices, std::int64_t rows, std::int64_t columns, std::int64_t steps,
                  std::int64_t vectors, std::int64_t scalars) {
  OuterGrid out{.matrices = matrices, .rows = rows, .columns = columns};
  out.segments = 1;
  while (out.segments * kNumbers < columns) out.segments *= 2;
  out.tile = static_cast<int>(std::min<std::int64_t>(rows, kThreads / out.segments));
  out.heads = kThreads / (out.tile * out.segments);
  out.chunk = static_cast<int>(std::max<std::int64_t>(1, 8 / steps));
  const auto shared = [&] {
    return vectors * OuterVectors<S, kNumbers>::size(out, 1) + scalars * OuterScalars<S>::size(out, 1);
  };
  const auto bytes = static_cast<std::int64_t>(sizeof(S));
  while (shared() * bytes > kShared && out.chunk > 2) out.chunk /= 2;
  while (shared() * bytes > kShared && out.heads > 1) out.heads /= 2;
  while (shared() * bytes > kShared && out.chunk > 1) out.chunk /= 2;
  out.shared = static_cast<int>(shared());
  return out;
}

/// Threads of a block, whole warps.
unsigned threads_of(const OuterGrid& grid) {
  return static_cast<unsigned>((grid.heads * grid.tile * grid.segments + 31) / 32 * 32);
}

dim3 blocks_of(const OuterGrid& grid) {
  return dim3(static_cast<unsigned>((grid.matrices + grid.heads - 1) / grid.heads),
              static_cast<unsigned>((grid.rows + grid.tile - 1) / grid.tile));
}

template <class S, class Kernel, class... Arguments>
void start(Kernel kernel, const OuterScan<S>& in, const OuterGrid& grid, void* stream, Arguments... arguments) {
  const auto bytes = static_cast<std::size_t>(grid.shared) * sizeof(S);
  launch(kernel, blocks_of(grid), threads_of(grid), bytes, stream, in, grid, arguments...);
}

/// Calls body.operator()<kNumbers>() with as many numbers a thread as suit an axis of `columns`.
template <class S, class Body>
void with_numbers(std::int64_t columns, Body&& body) {
  if (columns > kMostOuterChannels)
    throw std::invalid_argument("a head of " + std::to_string(columns) + " channels: a GPU takes at most " +
                                std::to_string(kMostOuterChannels));
  if constexpr (sizeof(S) == 8) {
    body.template operator()<32>();
  } else if (columns <= 8) {
    body.template operator()<8>();
  } else if (columns <= 16) {
    body.template operator()<16>();
  } else {
    body.template operator()<32>();
  }
}

/// Calls body.operator()<kDelta, kBonus>().
template <class S, class Body>
void with_kind(const OuterScan<S>& in, Body&& body) {
  if (in.bonus)
    body.template operator()<false, true>();
  else if (in.a)
    body.template operator()<true, false>();
  else
    body.template operator()<false, false>();
}

/// Rows that a pass over columns fetches for each token: q, w, the bonus, and k, a, b of each step.
template <class S>
std::int64_t key_rows(const OuterScan<S>& in) {
  return 2 + (in.bonus ? 1 : 0) + in.steps * (in.a ? 3 : 1);
}

}  // namespace

template <class S>
void outer_scan_cuda(const OuterScan<S>& in, const S* initial, S* o, S* change, S* last, void* stream) {
  with_kind(in, [&]<bool kDelta, bool kBonus>() {
    with_numbers<S>(in.K, [&]<int kNumbers>() {
      const auto grid = grid_of<S, kNumbers>(in.N * in.H, in.V, in.K, in.steps, key_rows(in), in.steps);
      start(forward_columns<S, kNumbers, kDelta, kBonus>, in, grid, stream, initial, o, change, last);
    });
  });
}

template <class S>
void outer_scan_backward_cuda(const OuterScan<S>& in, const S* initial, const S* change, const S* d_o, const S* d_last,
                              const OuterGradients<S>& d, S* du, S* inner, S* d_initial, void* stream) {
  with_kind(in, [&]<bool kDelta, bool kBonus>() {
    with_numbers<S>(in.K, [&]<int kNumbers>() {
      const auto grid = grid_of<S, kNumbers>(in.N * in.H, in.V, in.K, in.steps, key_rows(in), 1);
      start(backward_columns<S, kNumbers, kDelta, kBonus>, in, grid, stream, d_o, d_last, d.v, du, d_initial);
    });
    with_numbers<S>(in.V, [&]<int kNumbers>() {
      const auto vectors = 1 + in.steps * (kDelta ? 3 : 1);
      const auto forth =
          grid_of<S, kNumbers>(in.N * in.H, in.K, in.V, in.steps, vectors, 2 + in.steps * (kDelta ? 2 : 1));
      start(forward_rows<S, kNumbers, kDelta, kBonus>, in, forth, stream, initial, change, d_o, d_last,
            static_cast<const S*>(du), d, inner);
      const auto back =
          grid_of<S, kNumbers>(in.N * in.H, in.K, in.V, in.steps, vectors, 3 + in.steps * (kDelta ? 4 : 1));
      start(backward_rows<S, kNumbers, kDelta, kBonus>, in, back, stream, change, d_o, d_last,
            static_cast<const S*>(du), d, static_cast<const S*>(inner));
    });
  });
}

#define MADSEARCH_INSTANTIATE(S)                                                                         \
  template void outer_scan_cuda<S>(const OuterScan<S>&, const S*, S*, S*, S*, void*);                    \
  template void outer_scan_backward_cuda<S>(const OuterScan<S>&, const S*, const S*, const S*, const S*, \
                                            const OuterGradients<S>&, S*, S*, S*, void*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
