#pragma once
#include <ATen/core/Tensor.h>

// The operations of fused.h on a GPU (kernels/launch_rows.h), and whether it takes these inputs. Without MADSEARCH_CUDA
// it takes none.
namespace madsearch {

bool gpu_norms(const at::Tensor& x);
at::Tensor gpu_rms_norm(const at::Tensor& x, const at::Tensor& w, double eps);

bool gpu_gates(const at::Tensor& a, const at::Tensor& b);
at::Tensor gpu_silu_gate(const at::Tensor& a, const at::Tensor& b);

bool gpu_convolves(const at::Tensor& x, std::int64_t taps);
at::Tensor gpu_short_conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace madsearch
