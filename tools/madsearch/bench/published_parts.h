#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "published_bench.h"

namespace madsearch {

/// Some cases of a set.
struct Part {
  std::string name;
  const PublishedSet* set = nullptr;
  std::vector<std::size_t> of;
};

/// A predictor on a part, and by how much the first predictor is better there.
struct Shares {
  PaperShare right;
  PaperShare difference;  // of no cases where nothing is scored, and of the first
};

/// All, strata, what labs agree on, papers, groups; none that is empty but the first. `bench` must outlive them.
std::vector<Part> parts_of(const PublishedBench& bench);

/// Of each predictor of the part's set. `scored`: the first is no null predictor.
std::vector<Shares> shares_of(const Part& part, bool scored);

std::string half_in_words(const std::string& half);  // "papers for choosing"

}  // namespace madsearch
