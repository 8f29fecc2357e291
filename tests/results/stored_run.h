#pragma once
// A run's store as tests fill it.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "results/run_meta.h"
#include "results/store.h"
#include "tests/support/folders.h"

namespace madsearch {

/// An empty run with the objectives score and state, in a folder of its own.
class StoredRun : public testing::Test {
 protected:
  StoredRun() : store_(folder_.path + "/search.db", Store::Mode::kWrite) {
    RunMeta meta;
    meta.objectives = {"score", "state"};
    meta.objective_limits = {0, 0};
    write_meta(store_, meta);
  }

  /// A candidate that the search scored `search`, and `fresh` on the seed sets 1, 2, ... of the confirmation.
  void add(const std::string& hash, const std::string& origin, std::int64_t state, double search,
           const std::vector<double>& fresh = {}, double violation = 0) {
    store_.put(CandidateRecord{.hash = hash,
                               .text = hash,
                               .origin = origin,
                               .parameters = 1,
                               .flops = 1,
                               .state_exact = state,
                               .state_mad = state,
                               .served_state = state,
                               .served_state_mad = state});
    add(EvaluationRecord{
        .hash = hash, .rung = Rung::kBattery, .finished = true, .score = search, .violation = violation});
    for (std::size_t i = 0; i < fresh.size(); ++i)
      add(EvaluationRecord{.hash = hash,
                           .rung = Rung::kConfirm,
                           .seed_set = static_cast<std::int64_t>(i) + 1,
                           .finished = true,
                           .score = fresh[i]});
  }

  /// The next evaluation.
  void add(EvaluationRecord record) {
    record.number = number_++;
    store_.put(record);
  }

  void pretrained(const std::string& hash, const std::string& role, double bits) {
    store_.put(PretrainingRecord{.hash = hash, .text = hash, .role = role, .bits_per_byte = bits});
  }

 private:
  TemporaryFolder folder_;

 protected:
  Store store_;

 private:
  std::int64_t number_ = 0;
};

}  // namespace madsearch
