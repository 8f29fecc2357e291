#pragma once
#include <cstdint>

namespace madsearch::kernels {

// Launchers of ttt_linear.h over M heads of sequences. Pointers are on the CPU, or all on one CUDA device.
template <class S>
struct TttLinear {
  const S *q, *k, *v;      // [M, T, F]
  const S *rate, *scale;   // [M, T], [M, n]
  const S *weight, *bias;  // [M, F]
  std::int64_t M, T, F, n;
};

/// Of the inputs of the same names and shapes, zeros before.
template <class S>
struct TttLinearGradients {
  S *q, *k, *v, *rate, *scale, *weight, *bias;
};

/// W [M, F, F] and b [M, F] are advanced. z [M, T, F].
template <class S>
void ttt_linear_cpu(const TttLinear<S>& in, S* W, S* b, S* z);
/// W and b before the first token are advanced; dW and db, gradients by the last, become those by the first.
template <class S>
void ttt_linear_backward_cpu(const TttLinear<S>& in, S* W, S* b, const S* dz, S* dW, S* db,
                             const TttLinearGradients<S>& out);

/// `scratch` [M, ttt_linear_scratch(F, n)]; in backward ttt_linear_backward_scratch, and `states` [M, ⌈T/n⌉, F F + F].
template <class S>
void ttt_linear_cuda(const TttLinear<S>& in, S* W, S* b, S* z, S* scratch, void* stream);
template <class S>
void ttt_linear_backward_cuda(const TttLinear<S>& in, S* W, S* b, const S* dz, S* dW, S* db,
                              const TttLinearGradients<S>& out, S* states, S* scratch, void* stream);

/// Numbers of scratch for one head of one sequence; backward needs more.
constexpr std::int64_t ttt_linear_scratch(std::int64_t F, std::int64_t n) { return 3 * n * F + n + n * n; }
constexpr std::int64_t ttt_linear_backward_scratch(std::int64_t F, std::int64_t n) {
  return 7 * n * F + n + 3 * n * n + F * F;
}

}  // namespace madsearch::kernels
