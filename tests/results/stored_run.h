#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "results/store.h"

namespace madsearch {

/// A store with candidates whose scores a test chooses, in a folder of its own.
class StoredRun : public testing::Test {
 protected:
  StoredRun() : folder_(std::filesystem::temp_directory_path() / ("madsearch-front-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_.emplace(folder_ / "search.db", Store::Mode::kWrite);
    store_->put_meta("objectives", "score state ");
    store_->put_meta("objective_limits", "0 0 ");
  }
  ~StoredRun() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void add(const std::string& hash, const std::string& origin, std::int64_t state, double search,
           const std::vector<double>& fresh = {}, double violation = 0) {
    store_->put(CandidateRecord{.hash = hash,
                                .text = hash,
                                .origin = origin,
                                .parameters = 1,
                                .flops = 1,
                                .state_exact = state,
                                .state_mad = state});
    store_->put(EvaluationRecord{.number = number_++,
                                 .hash = hash,
                                 .rung = Rung::kBattery,
                                 .finished = true,
                                 .score = search,
                                 .violation = violation});
    for (std::size_t i = 0; i < fresh.size(); ++i)
      store_->put(EvaluationRecord{.number = number_++,
                                   .hash = hash,
                                   .rung = Rung::kConfirm,
                                   .seed_set = static_cast<std::int64_t>(i) + 1,
                                   .finished = true,
                                   .score = fresh[i]});
  }
  void pretrained(const std::string& hash, const std::string& role, double bits) {
    store_->put(PretrainingRecord{.hash = hash, .text = hash, .role = role, .bits_per_byte = bits});
  }

  std::filesystem::path folder_;
  std::optional<Store> store_;
  std::int64_t number_ = 0;
};

}  // namespace madsearch
