#include "primitives/ops/slot_attention.h"

#include <ATen/ATen.h>

#include "primitives/ops/gated_recurrence.h"
#include "primitives/ops/selective_scan.h"

namespace madsearch {
namespace {

/// A step below this keeps and writes the same as none; a quotient by it is still a number in float32.
constexpr double kLeastStep = 1e-18;

}  // namespace

SlotOutputs slot_attention(const SlotInputs& in, const at::Tensor& keys, const at::Tensor& values) {
  // The keys decay along their slots but are read along their channels, which is a selective scan whose channels are
  // slots and whose states are channels: h = exp(Δ A) h + Δ B u with A = -1 and Δ = -log decay.
  const auto sequences = [](const at::Tensor& u) { return u.flatten(0, -3).unsqueeze(0); };  // [1, all, T, ...]
  const auto slots = in.log_decay.size(-1);
  const auto step = (-in.log_decay).clamp_min(kLeastStep);
  const auto rate = at::full({1, in.k.size(-1), slots}, -1, in.k.options());
  const auto read = selective_scan_from(keys.defined() ? sequences(keys) : keys, sequences(in.written / step),
                                        sequences(step), rate, sequences(in.k), sequences(in.q));
  const auto chosen = at::softmax(read.output, -1).view(in.log_decay.sizes());
  const auto [o, last] = gated_recurrence_from(values, chosen, in.written, in.log_decay, in.v);
  auto sizes = last.sizes().vec();  // [..., m, V]
  sizes[sizes.size() - 2] = in.k.size(-1);
  sizes.back() = slots;
  return {o, read.state.view(sizes), last};
}

}  // namespace madsearch
