#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// In-context recall (in_context_recall.h) where some pairs are replaced by two noise tokens, which ask for nothing.
/// Noise tokens n are the end of the vocabulary; keys and values share the rest.
///
///   inputs   k2 v9 n13 n12 k0 v7 n15 n15 k2 v9 k0     length = 12, vocabulary = 16, noise_vocabulary = 4
///   kTest     .  .   .   .  .  .   .   . v9  . v7     . is kIgnore; kValidationA and kValidationB likewise
///   kTrain   v9 n13 n12 k0 v7 n15 n15 k2 v9 k0 v7     every next token, noise included, as in mad-lab
///
/// Each pair but the last is noise with probability noise_fraction; one of them, drawn first, never is.
///
/// Knobs    those of in-context recall; noise_vocabulary, which leaves at least 4 tokens; noise_fraction, 0 .. 1
/// Scored   43.6 positions an example at the baseline
/// Chance   1/values
/// Oracle   1
/// Protocol the same data in both. The pair that never is noise is one of those before the last. mad-lab may draw the
///          last one, which is no noise anyway; all others may then be noise, which stops mad-lab with an error
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/noisy-in-context-recall.yml
Task noisy_in_context_recall();

}  // namespace madsearch
