#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "search/loop/selections/ranking.h"

namespace madsearch {

/// Who breeds and who leaves. A population is given as the standings of its members, the oldest first; both functions
/// return a place in it.
struct Selection {
  std::string name;
  bool breeds = true;  // false: every child is drawn at random, parent() is not called
  std::size_t (*parent)(const std::vector<Standing>& population, Rng& rng);
  std::size_t (*leaver)(const std::vector<Standing>& population);  // of a population with one member too many
};

/// Every selection, by name.
const std::vector<Selection>& selections();
/// The row of this name. Throws std::invalid_argument if there is none.
const Selection& selection(const std::string& name);

/// The best of `size` members drawn with replacement; the first drawn wins a tie.
std::size_t tournament(const std::vector<Standing>& population, std::size_t size, Rng& rng);
/// The last by rank, then crowding; of equals the oldest.
std::size_t worst(const std::vector<Standing>& population);

Selection nsga2();             // selections/nsga2.cpp
Selection regularized();       // selections/regularized.cpp
Selection random_selection();  // selections/random.cpp

}  // namespace madsearch
