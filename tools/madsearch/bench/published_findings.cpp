#include "published_findings.h"

#include <utility>

namespace madsearch {

Findings findings(const PublishedBench& bench, bool scored, const PredictorFacts& facts,
                  const std::function<std::string(std::string)>& key) {
  Findings out;
  for (const auto& predictor : bench.headline.predictors) out.names.push_back(predictor.name);
  for (const auto& part : parts_of(bench)) {
    const auto shares = shares_of(part, scored);
    Record row = {{"part", part.name},
                  {"trust", part.set->trust},
                  {"contrasts", shares.front().right.contrasts},
                  {"papers", shares.front().right.papers}};
    for (std::size_t p = 0; p < shares.size(); ++p) {
      out.all.push_back(facts(part, out.names[p], shares[p]));
      row.set(key(out.names[p]), shares[p].right.mean);
    }
    if (out.predictors.empty()) out.predictors = out.all;
    out.parts.push_back(std::move(row));
  }
  return out;
}

Value low(const std::optional<Bounds>& bounds) { return bounds ? Value(bounds->low) : Value(); }
Value high(const std::optional<Bounds>& bounds) { return bounds ? Value(bounds->high) : Value(); }

}  // namespace madsearch
