#pragma once
#include <cstdint>
#include <string>

#include "search/loop/options.h"
#include "search/toy/toy.h"

namespace madsearch {

/// How well and how fast the evolutionary loop finds the toy's front. Evaluations are distinct candidates, the first
/// population included.
struct BenchResult {
  std::int64_t seeds = 0, reached = 0;  // runs; runs that reached 95 % of the front's hypervolume
  double median_to_95 = 0;              // evaluations, median over all runs (infinite if most never reached it)
  double share = 0;                     // of the front's hypervolume after all evaluations, mean over the runs
  double microseconds = 0;              // CPU time of one evaluation, toy included, bookkeeping of hypervolume not
};

/// Settings for runs of thousands of evaluations: what bench_search is given by `madsearch bench search`.
SearchOptions long_search(std::int64_t lag = 8);
/// Settings for a run of `evaluations`, as a search of architectures would take them.
SearchOptions short_search(std::int64_t evaluations, std::int64_t lag = 8);

/// Runs the real Evolution for seeds 0..seeds-1 with as many evaluations under way as options.lag allows, told in
/// shuffled order.
BenchResult bench_search(const Toy& toy, const SearchOptions& options, std::int64_t seeds);

/// Of a fixed small search with probes, resampling, failures and confirmation: changes with any decision of the loop.
std::string search_signature(const Toy& toy);

}  // namespace madsearch
