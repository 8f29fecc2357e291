#include "search/architecture/mutations/every_choice.h"

namespace madsearch {

std::uint64_t EveryChoice::below(std::uint64_t n) {
  if (at_ == draws_.size()) draws_.push_back({0, n});
  return draws_[at_++].drawn;
}

bool EveryChoice::next() {
  while (!draws_.empty() && draws_.back().drawn + 1 == draws_.back().of) draws_.pop_back();
  at_ = 0;
  if (draws_.empty()) return false;
  ++draws_.back().drawn;
  return true;
}

const std::vector<Block>& EveryChoice::blocks(const Alphabet& alphabet, const std::string& primitive) {
  auto found = blocks_.find(primitive);
  if (found == blocks_.end()) found = blocks_.emplace(primitive, alphabet.blocks(primitive, new_blocks_)).first;
  return found->second;
}

Block draw_block(const Alphabet& alphabet, const std::string& primitive, EveryChoice& draws) {
  return pick(draws, draws.blocks(alphabet, primitive));
}

Block draw_block(const Alphabet& alphabet, EveryChoice& draws) {
  auto names = alphabet.sequence_mixers();
  names.insert(names.end(), alphabet.channel_mixers().begin(), alphabet.channel_mixers().end());
  return draw_block(alphabet, pick(draws, names), draws);
}

}  // namespace madsearch
