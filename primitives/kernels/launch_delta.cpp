#include "primitives/kernels/launch_delta.h"

#include <algorithm>
#include <vector>

#include "primitives/kernels/delta_recurrence.h"

namespace madsearch::kernels {
namespace {

template <class S, int kLanes>
struct Register {
  typedef S Type __attribute__((vector_size(kLanes * sizeof(S))));
};

template <class S>
struct Register<S, 1> {
  using Type = S;
};

/// Calls body.operator()<L>(j) for every block of value channels, those of 64 bytes first.
template <class S, int kLanes = 64 / sizeof(S), class Body>
void for_blocks(std::int64_t V, Body&& body, std::int64_t j = 0) {
  for (; j + kLanes <= V; j += kLanes) body.template operator()<typename Register<S, kLanes>::Type>(j);
  if constexpr (kLanes > 1)
    if (j < V) for_blocks<S, kLanes / 2>(V, body, j);
}

/// Rows of K numbers of one head at a time, copied together, and their gradients. A row is padded with zeros to `width`
/// numbers.
template <class S>
class HeadRows {
 public:
  HeadRows(const S* from, S* to, std::int64_t rows, std::int64_t heads, std::int64_t K, std::int64_t width)
      : from_(from),
        to_(to),
        rows_(rows),
        heads_(heads),
        K_(K),
        width_(width),
        numbers_(static_cast<std::size_t>(from ? rows * width : 0)),
        gradient_(numbers_.size()) {}
  void read(std::int64_t n, std::int64_t h) {
    if (!from_) return;
    for (std::int64_t r = 0; r < rows_; ++r)
      std::copy_n(from_ + ((n * rows_ + r) * heads_ + h) * K_, K_, numbers() + r * width_);
    std::fill(gradient_.begin(), gradient_.end(), S(0));
  }
  void write_gradient(std::int64_t n, std::int64_t h) {
    if (!from_) return;
    for (std::int64_t r = 0; r < rows_; ++r)
      std::copy_n(gradient() + r * width_, K_, to_ + ((n * rows_ + r) * heads_ + h) * K_);
  }
  S* numbers() { return from_ ? numbers_.data() : nullptr; }
  S* gradient() { return from_ ? gradient_.data() : nullptr; }

 private:
  const S* from_;
  S* to_;
  std::int64_t rows_, heads_, K_, width_;
  std::vector<S> numbers_, gradient_;
};

/// One head after the other: recomputing the states of one is cheaper than keeping those of all.
template <class L, class S>
void backward(const DeltaRecurrence<S>& in, const S* initial, const S* change, const S* d_o, const DeltaGradients<S>& d,
              S* dh) {
  constexpr std::int64_t kLanes = sizeof(L) / sizeof(S);
  const auto K = in.K, V = in.V, H = in.H, steps = in.T * in.steps, width = (K + kLanes - 1) / kLanes * kLanes;
  HeadRows<S> q(in.q, d.q, in.T, H, K, width), w(in.w, d.w, in.T, H, K, width), a(in.a, d.a, steps, H, K, width),
      b(in.b, d.b, steps, H, K, width), k(in.k, d.k, steps, H, K, width);
  std::vector<S> states(static_cast<std::size_t>((steps + 1) * V * width)),
      d_state(static_cast<std::size_t>(V * width)), du(static_cast<std::size_t>(V));
  for (std::int64_t n = 0; n < in.N; ++n)
    for (std::int64_t h = 0; h < H; ++h) {
      const auto matrix = (n * H + h) * K * V;
      for (auto* rows : {&q, &w, &a, &b, &k}) rows->read(n, h);
      for (std::int64_t i = 0; i < K; ++i)
        for (std::int64_t j = 0; j < V; ++j) {
          states[j * width + i] = initial ? initial[matrix + i * V + j] : 0;
          d_state[j * width + i] = dh[matrix + i * V + j];
        }
      const auto token = (n * in.T * H + h) * V, step = (n * steps * H + h) * V;
      const DeltaHead<S> head = {.q = q.numbers(),
                                 .w = w.numbers(),
                                 .a = a.numbers(),
                                 .b = b.numbers(),
                                 .k = k.numbers(),
                                 .v = in.v + step,
                                 .change = change + step,
                                 .d_o = d_o + token,
                                 .dq = q.gradient(),
                                 .dw = w.gradient(),
                                 .da = a.gradient(),
                                 .db = b.gradient(),
                                 .dk = k.gradient(),
                                 .dv = d.v + step,
                                 .T = in.T,
                                 .steps = in.steps,
                                 .K = width,
                                 .V = V,
                                 .key_row = width,
                                 .value_row = H * V};
      delta_states<L, S>(head, states.data(), 0, V);
      delta_recurrence_backward<L, S>(head, states.data(), d_state.data(), du.data(), 0, V);
      for (auto* rows : {&q, &w, &a, &b, &k}) rows->write_gradient(n, h);
      for (std::int64_t i = 0; i < K; ++i)
        for (std::int64_t j = 0; j < V; ++j) dh[matrix + i * V + j] = d_state[j * width + i];
    }
}

}  // namespace

template <class S>
void delta_recurrence_cpu(const DeltaRecurrence<S>& in, S* o, S* h, S* change) {
  for (std::int64_t m = 0; m < in.N * in.H; ++m)
    for_blocks<S>(in.V,
                  [&]<class L>(std::int64_t j) { delta_recurrence<L, S>(in, m, j, o, h + m * in.K * in.V, change); });
}

template <class S>
void delta_recurrence_backward_cpu(const DeltaRecurrence<S>& in, const S* initial, const S* change, const S* d_o,
                                   const DeltaGradients<S>& d, S* dh) {
  using Half = typename Register<S, 32 / sizeof(S)>::Type;
  using Whole = typename Register<S, 64 / sizeof(S)>::Type;
  if (in.K * sizeof(S) <= sizeof(Half))
    backward<Half, S>(in, initial, change, d_o, d, dh);
  else
    backward<Whole, S>(in, initial, change, d_o, d, dh);
}

#define MADSEARCH_INSTANTIATE(S)                                                                          \
  template void delta_recurrence_cpu<S>(const DeltaRecurrence<S>&, S*, S*, S*);                           \
  template void delta_recurrence_backward_cpu<S>(const DeltaRecurrence<S>&, const S*, const S*, const S*, \
                                                 const DeltaGradients<S>&, S*);
MADSEARCH_INSTANTIATE(float)
MADSEARCH_INSTANTIATE(double)
#undef MADSEARCH_INSTANTIATE

}  // namespace madsearch::kernels
