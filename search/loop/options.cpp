#include "search/loop/options.h"

#include <algorithm>
#include <limits>

#include "search/loop/selections/selection.h"

namespace madsearch {

std::int64_t SearchOptions::resolved_population() const {
  return population > 0 ? population : std::clamp<std::int64_t>(evaluations / 15, 8, 40);
}

SearchOptions read_search(Reader in) {
  SearchOptions out;
  std::vector<std::string> algorithms;
  for (const auto& row : selections()) algorithms.push_back(row.name);
  out.algorithm = in.word("algorithm", out.algorithm, algorithms);
  out.evaluations = in.integer("evaluations", out.evaluations, 1, kMostEvaluations);
  out.population = in.integer("population", out.population, 0, 1000);
  if (out.population > 0 && out.population < 4)
    throw in.error("population", "population must be 0 (chosen from evaluations) or at least 4");
  out.crossover = in.real("crossover", out.crossover, 0, 1);
  out.mutations = in.real("mutations", out.mutations, 0, 20);
  out.lag = in.integer("lag", out.lag, 1, 4096);
  out.eta = in.real("eta", out.eta, 1, 100);
  out.resample_after = in.integer("resample_after", out.resample_after, 0, 1'000'000);
  out.grid = in.reals("grid", out.grid, 0, std::numeric_limits<double>::max());
  if (std::count(out.grid.begin(), out.grid.end(), 0.0) > 0)
    throw in.error("grid", "a step of the grid must be above 0");
  out.confirm_seeds = in.integer("confirm_seeds", out.confirm_seeds, 0, 100);
  if (out.confirm_seeds == 1)
    throw in.error("confirm_seeds", "confirm_seeds must be 0 or at least 2: one fresh seed has no interval");
  out.confirm_members = in.integer("confirm_members", out.confirm_members, 0, 10'000);
  in.finish();
  return out;
}

}  // namespace madsearch
