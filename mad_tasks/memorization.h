#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// A fixed map from keys to values, to be learned by heart from the training examples: behind each key stands the
/// insert token i, where the key's value is asked. The sequence itself doesn't tell the value.
///
///   inputs   k1 i  k0 i  k1 i      length = 6, vocabulary = 6: keys 0 1, values 2 3 4, insert token 5
///   targets  .  v3 .  v2 .  v3     . is kIgnore; the same in every split; here the map is k0 -> v2, k1 -> v3
///
/// The insert token is the last of the vocabulary; of the others keys are the lower half, values the rest. Values are
/// shuffled and paired with the keys; one that is left over (v4) is never used. Keys of an example are drawn uniformly.
///
/// Knobs    vocabulary, at least 5; length, even and at least 2; examples, which decides how often a pair is shown
/// Scored   length/2 positions an example
/// Chance   1/keys: only the insert token is seen, and as many values are used as there are keys, equally often
/// Oracle   madsearch: 1 - (1 - 1/keys)^(examples length/2), as a pair that no training example shows cannot be known
///          (1 at the baseline, 0.63 at vocabulary 8192 with 256 examples); mad-lab: 1
/// Protocol madsearch: the map is drawn from the seed, as the examples are, so that another seed is another map;
///          mad-lab: one map for every seed
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/memorization.yml
Task memorization();

}  // namespace madsearch
