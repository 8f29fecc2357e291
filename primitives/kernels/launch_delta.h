#pragma once
#include <cstdint>

namespace madsearch::kernels {

// Launchers of delta_recurrence.h over N sequences of T tokens and H heads. Pointers are on the CPU.
template <class S>
struct DeltaRecurrence {
  const S* q;          // [N, T, H, K]
  const S *a, *b, *k;  // [N, T steps, H, K]; k may be nullptr
  const S* v;          // [N, T steps, H, V]
  const S* w;          // [N, T, H, K], or nullptr: ones
  std::int64_t N, T, H, K, V, steps;
};

/// Of the inputs of the same names and shapes, zeros before. k and w may be nullptr.
template <class S>
struct DeltaGradients {
  S *q, *a, *b, *k, *v, *w;
};

/// h [N, H, K, V] is advanced from the state before the first token to that after the last. o [N, T, H, V]; change like
/// v, or nullptr.
template <class S>
void delta_recurrence_cpu(const DeltaRecurrence<S>& in, S* o, S* h, S* change);
/// `initial` [N, H, K, V] or nullptr: zeros. dh [N, H, K, V], the gradient of the last state, becomes that of the
/// first.
template <class S>
void delta_recurrence_backward_cpu(const DeltaRecurrence<S>& in, const S* initial, const S* change, const S* d_o,
                                   const DeltaGradients<S>& d, S* dh);

}  // namespace madsearch::kernels
