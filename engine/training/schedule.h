#pragma once
#include <cstdint>
#include <string>

namespace madsearch {

/// Share of the learning rate at a step of a pretraining. Both warm up over the first 5 % of the steps (one at least);
/// then "cosine" falls to a tenth, and "wsd" stays, and falls in a line towards 0 over the last 20 % (arXiv:2404.06395,
/// section 4). Throws std::invalid_argument for another name.
double schedule(const std::string& name, std::int64_t step, std::int64_t steps);

}  // namespace madsearch
