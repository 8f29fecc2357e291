#pragma once
#include <cstdint>
#include <string>

#include "tools/madsearch/report.h"

namespace madsearch {

/// A short search with workers and a store, in a folder that is gone at the end.
struct RealSearch {
  std::string config;  // a file like configs/searches/quick.yaml, which is taken if this is empty
  std::int64_t evaluations = 12;
};

/// Runs it and says how busy its slots were and what the search itself cost. Nothing is confirmed or pretrained: that
/// takes few long requests, and when those end says little about a night. Throws Interrupted after Ctrl-C.
Report bench_real_search(const RealSearch& search);

}  // namespace madsearch
