#pragma once
#include <cstdint>

namespace madsearch::kernels {

constexpr std::int64_t kMesaChunk = 16;  // backward keeps the states of so many tokens

// Launchers of mesa.h over M heads of sequences. Pointers are on the CPU, or all on one CUDA device.
template <class S>
struct Mesa {
  const S *q, *k, *v, *g, *beta, *lambda;  // [M, T, F] [M, T, F] [M, T, F] [M, T] [M, T] [M, F]
  std::int64_t M, T, F;
  std::int64_t marks() const { return (T + kMesaChunk - 1) / kMesaChunk; }
  std::int64_t scratch() const { return F * F + 2 * F; }  // numbers a head
  std::int64_t backward_scratch() const { return (kMesaChunk + 1) * 2 * F * F + F * F + 7 * F; }
};

/// Of the inputs of the same names and shapes, zeros before.
template <class S>
struct MesaGradients {
  S *q, *k, *v, *g, *beta, *lambda;
};

/// state [M, 2, F, F], before the first token, is advanced. o [M, T, F].
template <class S>
void mesa_cpu(const Mesa<S>& in, S* state, S* o);
/// The state before the first token is advanced; d_state, the gradient by the last, becomes that by the first.
template <class S>
void mesa_backward_cpu(const Mesa<S>& in, S* state, const S* d_o, S* d_state, const MesaGradients<S>& out);

/// scratch [M, scratch()] and, in backward, [M, backward_scratch()]; marks [M, marks(), 2, F, F].
template <class S>
void mesa_cuda(const Mesa<S>& in, S* state, S* o, S* scratch, void* stream);
template <class S>
void mesa_backward_cuda(const Mesa<S>& in, S* state, const S* d_o, S* d_state, const MesaGradients<S>& out, S* marks,
                        S* scratch, void* stream);

}  // namespace madsearch::kernels
