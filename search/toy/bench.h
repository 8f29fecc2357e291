#pragma once
#include <cstdint>
#include <string>

#include "search/loop/options.h"
#include "search/toy/toy.h"

namespace madsearch {

/// How well and how fast the evolutionary loop finds the toy's front. Evaluations are distinct candidates, the first
/// population included.
struct BenchResult {
  std::int64_t seeds = 0;    // runs
  std::int64_t reached = 0;  // runs that reached 95 % of the front's hypervolume
  double median_to_95 = 0;   // evaluations, median over all runs (infinite if most never reached it)
  double share = 0;          // of the front's hypervolume after all evaluations, mean over the runs
  double microseconds = 0;   // CPU time of one evaluation, toy included, bookkeeping of hypervolume not
};

/// Settings for runs of thousands of evaluations, as `madsearch bench search` measures them.
SearchOptions long_search(std::int64_t lag = 8);
/// Settings for a run of `evaluations`, as a search of architectures would take them.
SearchOptions short_search(std::int64_t evaluations, std::int64_t lag = 8);

/// Runs the real Evolution for seeds 0..seeds-1 with as many evaluations under way as options.lag allows, told in
/// shuffled order.
BenchResult bench_search(const Toy& toy, const SearchOptions& options, std::int64_t seeds);

/// Evolution::signature of a fixed small search with probes, resampling, failures and confirmation: it changes with any
/// decision of the loop, and is the same on every machine.
std::string search_signature(const Toy& toy);

}  // namespace madsearch
