#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "published_parts.h"
#include "tools/madsearch/record.h"

namespace madsearch {

/// What is reported of predictors: each on each part, and the same with a part a row.
struct Findings {
  std::vector<Record> all;
  std::vector<Record> predictors;  // on the first part
  std::vector<Record> parts;
  std::vector<std::string> names;  // of the predictors
};

/// What a report says of one predictor on one part.
using PredictorFacts = std::function<Record(const Part&, const std::string& predictor, const Shares&)>;

/// `scored`: the first predictor is no null predictor. `key`: of a predictor in a part's row.
Findings findings(const PublishedBench& bench, bool scored, const PredictorFacts& facts,
                  const std::function<std::string(std::string)>& key);

Value low(const std::optional<Bounds>& bounds);
Value high(const std::optional<Bounds>& bounds);

}  // namespace madsearch
