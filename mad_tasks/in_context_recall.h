#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// Key-value pairs in a row; from its second showing on, a key asks for the value it had before. Keys are the lower
/// half of the vocabulary, values the upper; the pairing is drawn anew for every example, and two keys may share a
/// value. Keys are drawn uniformly, so a pair may come up again at any time; the last pair repeats one that was shown.
///
///   inputs   k2 v9 k0 v7 k2 v9 k0     length = 8, vocabulary = 12; the last value is only a target
///   kTest     .  .  .  . v9  . v7     . is kIgnore; kValidationA and kValidationB likewise
///   kTrain   v9 k0 v7 k2 v9 k0 v7     every next token, as in mad-lab
///
/// With multi_query = 0 only the last pair is asked, and the last token of the vocabulary stands before it.
///
/// Knobs    vocabulary, at least 4 (5 with multi_query = 0); length, even and at least 4: an example has length - 1
///          positions (length with multi_query = 0); multi_query, 0 or 1; examples;
///          pairs (0), how many of the keys an example has, which is what a state must hold; 0: all of them;
///          rewritten (0), the probability that a known key comes with a new value, which is not asked and replaces the
///          old one; train_asked (0), 1: in training too only what is asked is a target
/// Scored   56.0 positions an example at the baseline
/// Chance   1/values: a scored position shows a key, whose value may be any
/// Oracle   1
/// Protocol the same data in both
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/in-context-recall.yml. The number of
///          pairs and training on answers alone are those of multi-query associative recall, Arora et al. 2023,
///          arXiv:2312.04927, section 3
Task in_context_recall();

}  // namespace madsearch
