#pragma once
#include <cstdint>
#include <vector>

#include "engine/text/corpus.h"
#include "engine/text/ngrams.h"

namespace madsearch {

/// The targets of held-out text that a model can predict by looking back and not by heart: those that end an n-gram
/// which occurred before in their window and is rare in the training text. After the slice of associative recall of
/// Arora et al. 2023, arXiv:2312.04927, section 3: bigrams of GPT-2's tokens that the context repeats, seen 1,250 times
/// at most in training on 10 billion tokens. Here n is 2 where a token stands for three bytes or more, else 3, and 8
/// where tokens are bytes; rare is the paper's share of the training text, five times at least.
class RecallSlice {
 public:
  /// Of a half of `corpus` (0 or 1). Reads the whole training text once.
  RecallSlice(const Corpus& corpus, int half);

  /// For each target of a window x_0 .. x_length: is it of the slice?
  std::vector<bool> of(const std::int32_t* x, std::int64_t length) const;

 private:
  NgramCounts counts_;
  std::int64_t most_;  // times that a rare n-gram stands in the training text
};

}  // namespace madsearch
