#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// The cells of kernels/lstm.h, gru.h and slstm.h. The forget gate of kSlstm is a sigmoid, of kSlstmExponential an
/// exponential.
enum class Cell { kLstm, kGru, kSlstm, kSlstmExponential };

/// h [R, B, T, D] of every token; cells [R, B, K, D] after the last one: c of an LSTM, c, n, m of an sLSTM, undefined
/// of a GRU. The state to go on from is h_{T-1} and cells.
struct CellRun {
  at::Tensor h, cells;
};

/// A recurrent network over a sequence, in one loop, with gradients (m of an sLSTM is a constant). x [R, B, T, G D]
/// holds the inputs' share of the G gates, weight [R, H, G, D/H, D/H] the H diagonal blocks of the recurrent matrices,
/// bias [R, G D] their biases. h [R, B, D] and cells [R, B, K, D] are those before the first token: zeros (m: -∞) if
/// undefined. Time and memory linear in T.
CellRun run_cell(Cell cell, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                 const at::Tensor& h = {}, const at::Tensor& cells = {});

}  // namespace madsearch
