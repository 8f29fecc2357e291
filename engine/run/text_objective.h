#pragma once
#include "configs/seed.h"
#include "engine/dispatch/messages.h"
#include "engine/run/config.h"

namespace madsearch {

// A small pretraining of every candidate, beside the trainings of its battery. Documents are held out of the text: by
// one half of them a search chooses, the other half is only reported (TextBits, results/records.h).

/// Whether evaluations of this rung have one.
bool reads_text(const RunConfig& config, Rung rung);

/// A request without an id. `seed`: of everything that a seed set decides.
PretrainRequest text_request(const TextOptions& text, const Genome& design, Seed seed);

/// The answer to such a request as a training of the evaluation.
TrainingRecord text_training(const TextOptions& text, const PretrainReply& reply);

}  // namespace madsearch
