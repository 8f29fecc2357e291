#pragma once
#include <string>
#include <utility>
#include <vector>

#include "search/architecture/editing.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// A place between stages of both parents with equally many blocks before it, so that the child keeps their number.
struct Cut {
  std::size_t a = 0;  // stages of the first parent before it
  std::size_t b = 0;  // stages of the second
};

/// All such places, ends included, in order.
inline std::vector<Cut> cuts(const Genome& a, const Genome& b) {
  std::vector<Cut> out{{0, 0}};
  std::int64_t blocks_a = 0;
  std::int64_t blocks_b = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.stages.size() && j < b.stages.size()) {
    if (blocks_a <= blocks_b)
      blocks_a += block_count(a.stages[i++]);
    else
      blocks_b += block_count(b.stages[j++]);
    while (blocks_b < blocks_a && j < b.stages.size()) blocks_b += block_count(b.stages[j++]);
    if (blocks_a == blocks_b) out.push_back({i, j});
  }
  return out;
}

/// `genome` with labels that another parent does not have.
inline Genome with_own_labels(Genome genome) {
  for (auto* block : blocks(genome))
    if (!block->label.empty()) block->label += "-other";
  return genome;
}

/// Appends stages begin .. end-1 of `from`.
inline void append(Stripe& to, const Stripe& from, std::size_t begin, std::size_t end) {
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace madsearch
