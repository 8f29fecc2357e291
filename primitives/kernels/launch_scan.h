#pragma once
#include <cstdint>

namespace madsearch::kernels {

// Launchers of gated_scan.h over M sequences. Pointers are on the CPU, or all on one CUDA device.
template <class S>
struct GatedScan {
  const S *a, *b, *before;  // [M, T, C] [M, T, C] [M, C] or nullptr
  std::int64_t M, T, C;
};

template <bool kLogarithm, class S>
void gated_scan_cpu(const GatedScan<S>& in, S* h);
/// h [M, T, C] is that of the forward pass; dh [M, C] zeroed.
template <bool kLogarithm, class S>
void gated_scan_backward_cpu(const GatedScan<S>& in, const S* h, const S* dy, S* dh, S* da, S* db);

template <bool kLogarithm, class S>
void gated_scan_cuda(const GatedScan<S>& in, S* h, void* stream);
template <bool kLogarithm, class S>
void gated_scan_backward_cuda(const GatedScan<S>& in, const S* h, const S* dy, S* dh, S* da, S* db, void* stream);

}  // namespace madsearch::kernels
