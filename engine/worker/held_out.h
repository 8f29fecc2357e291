#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/text/corpus.h"
#include "engine/worker/examples.h"
#include "engine/worker/model.h"

namespace madsearch {

/// How well a replica predicts text, in bits a byte: bits a target divided by the bytes that a token of the half stands
/// for, so all = recall_share * recall + (1 - recall_share) * that of the other targets.
struct BitsPerByte {
  double all = 0;
  std::optional<double> recall;  // over the targets of the slice (recall_slice.h); nothing of fewer than 1,000
  double recall_share = 0;       // of all targets
};

/// Nats of every scored target of a batch, [R, S] float64 on the CPU.
at::Tensor target_losses(Model& model, const Batch& batch);

/// Scores every replica of `model` on a half of the held-out documents (0 or 1), `batch` windows at a time. Every token
/// is predicted once, from at most `length` tokens before it, which the separator begins. Without `with_recall`
/// the slice is not looked for and counts as empty.
std::vector<BitsPerByte> held_out_bits(Model& model, const Corpus& corpus, int half, std::int64_t length,
                                       std::int64_t batch, bool with_recall);

}  // namespace madsearch
