#pragma once
#include <cstdint>

#include "engine/dispatch/messages.h"
#include "engine/text/corpus.h"
#include "search/architecture/scale.h"

namespace madsearch {

/// What a pretraining is going to do: the text, the design at its size, and how many steps the budget pays for.
struct PretrainingPlan {
  Corpus corpus;
  Scaled scaled;
  double flops_per_token = 0;     // of training: three times the forward pass
  std::int64_t step_tokens = 0;   // of a batch
  std::int64_t steps = 0;         // of the final run
  std::int64_t tuning_steps = 0;  // of each learning rate that is tried
  std::int64_t state = 0;         // numbers that a sequence carries
};

/// Reads the text and finds the width. Throws std::invalid_argument for a request without length, batch, budget or
/// learning rate, ConfigError for what is wrong with the data, and what scale_up throws.
PretrainingPlan plan_of(const PretrainRequest& request);

/// Fills in what the record says of the plan: sizes, tokens, FLOPs, epochs, and the note on the width as the message.
void describe(const PretrainingPlan& plan, const PretrainRequest& request, PretrainingRecord& record);

/// Bytes that training holds in any case: weights and moments of all replicas; gradients of those at once, of so many
/// sequences what enters each block, and logits. What blocks keep inside is not known, so the peak is above it.
double least_memory(const PretrainingPlan& plan, const PretrainRequest& request, std::int64_t replicas,
                    std::int64_t at_once, std::int64_t sequences);

/// Throws std::invalid_argument, in one sentence, if the design can't be made as large as was asked for, or if the plan
/// has fewer than 10 steps, less text than one batch or more epochs than are allowed.
void check(const PretrainingPlan& plan, const PretrainRequest& request);

/// Of request and data: a checkpoint of another fingerprint belongs to another pretraining.
std::uint64_t fingerprint(const PretrainingPlan& plan, const PretrainRequest& request);

}  // namespace madsearch
