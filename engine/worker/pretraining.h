#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// Share of the learning rate: warm-up over the first 5 % (a step at least), then a cosine down to a tenth.
double cosine_schedule(std::int64_t step, std::int64_t steps);

/// Pretrains one design on real text with a given number of FLOPs, so that designs compare at equal total training
/// FLOPs.
///
///   tokens = flops / (3 x forward FLOPs a token), of the data sheets at the width found and the context length, embedding excluded,
///            unembedding included
///   windows of length + 1 tokens of the training stream, permuted anew each epoch by the seed: the same order for every design
///   AdamW (0.9, 0.95, decay 0.1 on matrices), gradients clipped at norm 1 a replica, cosine_schedule, float32 (bf16 autocast on CUDA)
///
/// The learning rates are replicas of one program, 10 % of the steps each; the best on one half of the held-out
/// documents trains for all steps and is reported on the other. If it lies at the edge, the next one beyond is tried
/// too, twice at most; what tuning cost is in the record (`tuning_flops`). Measures: bits_per_byte = nats / ln 2 /
/// bytes of the documents (every byte is predicted once, from at most `length` tokens before it; separators excluded);
/// bits_per_byte_recall = the same over those targets that end an n-gram which already occurred in the window, mean
/// over n = 4 .. 8 (bytes) or 2 .. 4 (tokens).
///
/// With a checkpoint file it is written every 5 % of the steps and gone on from. Never throws for what design, data or
/// disk do: outcome and message say it (more than `max_epochs` epochs, or fewer than 10 steps, are kFailed).
PretrainingRecord pretrain(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress);

}  // namespace madsearch
