#pragma once
#include "mad_tasks/task.h"

namespace madsearch {

/// In-context recall (in_context_recall.h) where keys and values are motifs: several tokens, different from each other,
/// in an order that counts. From its second showing on, a key motif asks for every token of the value motif it had
/// before.
///
///   inputs   p  p  k1 k0 v7 v5 k2 k0 v6 k1 k0 v7 v5 k2 k0     length = 15, vocabulary = 9, both motifs 2
///   kTest    .  .  .  .  .  .  .  .  .  .  v7 v5 .  .  v6     . is kIgnore; kValidationA and kValidationB likewise
///   kTrain   p  k1 k0 v7 v5 k2 k0 v6 k1 k0 v7 v5 k2 k0 v6     every next token, padding included, as in mad-lab
///
/// p is the padding, the last token of the vocabulary, and fills the sequence on the left. Of the other tokens keys are
/// the lower half, values the rest. A value motif has 1 .. value_motif tokens; a key motif has 1 .. key_motif in
/// training and key_motif in the other splits; lengths, and motifs of a length, are drawn uniformly. The pair that ends
/// the sequence is drawn first and shown at a place drawn uniformly, unless its key comes up before. With
/// multi_query = 0 only this pair is asked, after a copy prefix (the last token of the vocabulary; the padding is then
/// the one before it).
///
/// Knobs    vocabulary; length, at least 3 (key_motif + value_motif); key_motif and value_motif, at most the number of
///          key and of value tokens, and at least 2 value tokens; multi_query, 0 or 1; examples;
///          train_asked (0), 1: in training too only what is asked is a target
/// Scored   about 4.4 positions an example at the baseline, two of them at the end
/// Chance   f/values + (1 - f)/(values - 1), where f = 2/(value_motif + 1) is the share of scored positions that show a
///          key token; the others show a value token, which is not the next one
/// Oracle   madsearch: 1. mad-lab: the place may lie behind the end of what is drawn, so that the last pair was never
///          shown; at the baseline in 2.4 % of the examples, which hold 0.8 % of the scored positions. These positions
///          are counted on 5,000 examples, and the oracle is 1 less their share
/// Protocol madsearch: the place is limited so that the last pair was always shown; mad-lab: as above
/// Cost     linear in length + vocabulary, but for a search among the motifs shown (mad-lab lists all motifs for every
///          example)
/// Source   Poli et al. 2024, arXiv:2403.17844; settings of mad-lab configs/tasks/fuzzy-in-context-recall.yml
Task fuzzy_in_context_recall();

}  // namespace madsearch
