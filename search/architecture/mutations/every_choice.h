#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "search/architecture/alphabet.h"

namespace madsearch {

/// Stands where an operator draws, and gives every sequence of draws in turn, one a pass, the first choices first:
///
///   EveryChoice draws(new_blocks);
///   do child = mutation.each(parent, alphabet, draws);
///   while (draws.next());
class EveryChoice {
 public:
  explicit EveryChoice(NewBlocks new_blocks) : new_blocks_(new_blocks) {}
  std::uint64_t below(std::uint64_t n);  // n > 0
  bool next();                           // on to the next pass; false if that was the last
  /// What a block of this primitive may be.
  const std::vector<Block>& blocks(const Alphabet& alphabet, const std::string& primitive);

 private:
  struct Draw {
    std::uint64_t drawn, of;
  };
  NewBlocks new_blocks_;
  std::vector<Draw> draws_;  // of this pass; those up to its first new choice are known before it begins
  std::size_t at_ = 0;       // the next
  std::map<std::string, std::vector<Block>> blocks_;
};

inline std::uint64_t below(EveryChoice& draws, std::uint64_t n) { return draws.below(n); }
inline bool chance(EveryChoice& draws, double) { return draws.below(2) == 1; }
template <class T>
const T& pick(EveryChoice& draws, const std::vector<T>& from) {
  return from[draws.below(from.size())];
}

/// A block of a primitive, or of any.
inline Block draw_block(const Alphabet& alphabet, const std::string& primitive, Rng& rng) {
  return alphabet.draw(primitive, rng);
}
inline Block draw_block(const Alphabet& alphabet, Rng& rng) { return alphabet.draw(rng); }
Block draw_block(const Alphabet& alphabet, const std::string& primitive, EveryChoice& draws);
Block draw_block(const Alphabet& alphabet, EveryChoice& draws);

}  // namespace madsearch
