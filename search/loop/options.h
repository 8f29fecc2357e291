#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "configs/reader.h"

namespace madsearch {

/// How the evolutionary loop decides (design.md, section 8).
struct SearchOptions {
  std::string algorithm = "nsga2";  // or "random", "regularized"
  std::int64_t evaluations = 300;   // numbers handed out while searching, promotions included, confirm not
  std::int64_t population = 0;      // 0: clamp(evaluations / 15, 8, 40)
  double crossover = 0.5;           // probability that a child has two parents
  double mutations = 0.5;           // Poisson mean of operator applications (one more if the child is known)
  std::int64_t lag = 8;             // what m is depends on results numbered <= m - lag alone
  bool probe = true;                // candidates begin at rung probe; the best 1/eta of a bin climb to battery
  double eta = 3;
  std::int64_t resample_after = 0;  // a member with this many children gets one more seed (at most 4 in all); 0: never
  std::vector<double> grid;         // epsilon grid for breeding and display, one step an objective; empty: none
  std::int64_t confirm_seeds =
      0;  // times (seed designs + confirm_members): evaluations on fresh seeds after the search
  std::int64_t confirm_members = 0;  // of the front, that are confirmed before anything else (seed designs always are)
  std::int64_t resolved_population() const;
};

/// Reads the mapping `search:` of a configuration.
SearchOptions read_search(Reader in);

}  // namespace madsearch
