#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// Rows of a table [N, D], as at::embedding gives them: rows [..] -> [.., D]. Its gradient is the same to the last bit
/// each time also on a GPU, where LibTorch's for some thousand rows adds in another order from call to call
/// (docs/performance.md).
at::Tensor embedded(const at::Tensor& table, const at::Tensor& rows);

}  // namespace madsearch
