#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// In-context recall (in_context_recall.h) where keys and values are motifs: several tokens, different from each other,
/// in an order that counts. From its second showing on, a key motif asks for every token of the value motif it had
/// before.
///
///   inputs   .  .  k1 k0 v7 v5 k2 k0 v6 k1 k0 v7 v5 k2 k0     length = 15, vocabulary = 9, both motifs 2; . is the last token, the padding
///   kTest    .  .  .  .  .  .  .  .  .  .  v7 v5 .  .  v6     . is kIgnore
///   kTrain   .  k1 k0 v7 v5 k2 k0 v6 k1 k0 v7 v5 k2 k0 v6    every next token, padding included
///
/// Key tokens are the lower half of the vocabulary without the padding, value tokens the rest. Value motifs have 1 ..
/// value_motif tokens; key motifs 1 .. key_motif in training and key_motif elsewhere. The pair that ends the sequence
/// is drawn first and shown at a place drawn uniformly, unless its key comes up before. With multi_query = 0 only this
/// pair is asked, after a copy prefix (the last token of the vocabulary; the padding is then the one before it).
///
/// Knobs    vocabulary; length, at least 3 (key_motif + value_motif); key_motif and value_motif, at most the number of
///          key and of value tokens, value tokens at least 2; multi_query, 0 or 1; examples
/// Scored   about 4.4 positions an example at the baseline, two of them at the end
/// Chance   f/values + (1 - f)/(values - 1), f = 2/(value_motif + 1) the part that shows a key; else a value is shown,
///          which isn't next
/// Protocol madsearch: the place is limited so that the last pair was always shown: oracle 1. mad-lab: it may lie
/// behind the end of what is
///          drawn; at the baseline so in 2.4 % of the examples, 0.8 % of the scored positions, and the oracle is as much below 1
/// Cost     linear in length + vocabulary, but for a search among the motifs shown (mad-lab lists all motifs for every
///          example)
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/fuzzy-in-context-recall.yml
Task fuzzy_in_context_recall();

}  // namespace madsearch
