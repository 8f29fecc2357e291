#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/study/expectations.h"
#include "results/front_report.h"
#include "results/store.h"

namespace madsearch {

/// A member of a front as the same design without convolutions, on the fresh seeds that both had.
struct Counterfactual {
  std::string hash;
  double score = 0;                // mean over those seeds
  double difference = 0;           // the member's score less this one
  double margin = 0;               // of the difference, 95 % (Comparison); infinite from one seed
  std::int64_t seeds = 0;          // that both had; without any only `outcome` says something
  Outcome outcome = Outcome::kOk;  // how it ended where it did not come to a score
};

/// What stands beside a member of a front.
struct Beside {
  std::string hash;  // of the member
  std::optional<Expected> expected;
  /// Whether its interval on fresh seeds reaches what was expected by state or by the table; nothing where it has none.
  std::optional<bool> no_more_than_expected;
  std::optional<Counterfactual> without_convolution;  // nothing where none was measured
};

/// Of each member of `report`, which was read from `store`. Expectations are by the search's scores of the other
/// designs of the run that completed the battery.
std::vector<Beside> beside(const Store& store, const FrontReport& report);

}  // namespace madsearch
