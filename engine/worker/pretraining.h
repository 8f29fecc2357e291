#pragma once
#include "engine/dispatch/messages.h"
#include "engine/worker/runtime.h"

namespace madsearch {

/// Pretrains one design on real text with a given number of FLOPs, so that designs compare at equal total training
/// FLOPs.
///
///   plan       tokens = flops / (3 x forward FLOPs a token). The forward FLOPs are those of the data sheets at the
///              width found and the context length, without the embedding, with the unembedding (pretraining_plan.h)
///   data       windows of length + 1 tokens of the training stream, permuted anew each epoch by the seed: the same
///              order for every design (text_batches.h)
///   training   AdamW (0.9, 0.95, decay 0.1 on matrices), gradients clipped at norm 1, rates by schedule.h, float32
///              (bf16 autocast on CUDA) (text_training.h)
///   rates      the learning rates are tried for a share of the steps each and compared on one half of the held-out
///              documents (rate_tuning.h); `tuning_flops` of the record says what that cost
///   scores     of the best rate after all steps, on the other half (held_out.h): bits_per_byte = nats / ln 2 / bytes
///              of the documents, separators excluded; bits_per_byte_recall = the same over the targets that end an
///              n-gram which occurred before in their window and is rare in the training text (recall_slice.h), which
///              are recall_share of all. With both_halves also on the first half: by that a search chooses
///
/// What training will take of the device's memory is predicted first, as trainer.h says. Where all has no room, a GPU
/// has fewer rates at once, then batches in parts, with equal numbers; what can't have any is out_of_memory without a
/// try.
///
/// A checkpoint file, if the request names one, is written every 5 % of the steps and gone on from; a file of weights
/// is written at the end of a training that did not diverge. Never throws for what design, data or disk do: outcome and
/// message of the record say it. More than `max_epochs` epochs or fewer than 10 steps are kFailed. What `progress`
/// throws passes through.
PretrainReply pretrain(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress);

}  // namespace madsearch
