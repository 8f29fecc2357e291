#pragma once
#include <cstdint>
#include <vector>

#include "engine/text/corpus.h"
#include "engine/worker/model.h"

namespace madsearch {

/// How well a replica predicts text, in bits a byte.
struct BitsPerByte {
  double all = 0;
  double recall = 0;  // over the targets that end an n-gram which occurred before in their window, mean over n
};

/// Scores every replica of `model` on a half of the held-out documents (0 or 1), `batch` windows at a time. Every token
/// is predicted once, from at most `length` tokens before it, which the separator begins. n is 4 .. 8 where tokens are
/// bytes, else 2 .. 4; without `with_recall` it is not looked for and `recall` is 0.
std::vector<BitsPerByte> held_out_bits(Model& model, const Corpus& corpus, int half, std::int64_t length,
                                       std::int64_t batch, bool with_recall);

}  // namespace madsearch
