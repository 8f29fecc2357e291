#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "configs/errors.h"
#include "results/store.h"

namespace madsearch {

namespace fs = std::filesystem;

/// A store in a folder of its own.
class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "madsearch-store-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~StoreTest() override { fs::remove_all(folder_); }
  fs::path file() const { return folder_ / "search.db"; }
  Store writer() const { return Store(file(), Store::Mode::kWrite); }
  Store reader() const { return Store(file(), Store::Mode::kRead); }

  /// What opening says; "" if it works.
  std::string complaint(Store::Mode mode) const {
    try {
      Store store(file(), mode);
      return "";
    } catch (const ConfigError& error) {
      return error.what();
    }
  }

  fs::path folder_;
};

// Records with another value in each field.
inline CandidateRecord candidate() {
  return {"0123456789abcdef", "attention swiglu", "crossover+replace", {"aa", "bb"}, 1'000'000'000'001, 2, 3, 4, 5, 6};
}
inline EvaluationRecord evaluation(std::int64_t number) {
  return {
      number, "0123456789abcdef", Rung::kConfirm, 2, true, Outcome::kTimedOut, 0.1, 0.2, 0.3, 0.4, R"({"a": "ü\n"})",
      2};
}
inline Provenance provenance() { return {1.75e9, 2.5, 3, "cuda:1", "node7", "abc"}; }
inline TrainingRecord training(const std::string& id) {
  return {id,  "selective-copying", 7,           Outcome::kDiverged, 0.1, 0.2, 0.3, 0.4, 0.5, 1e-3, 0.1, true, 3, 800,
          1.5, "it's gone",         provenance()};
}
inline PretrainingRecord pretraining() {
  return {"0123456789abcdef",
          "attention swiglu",
          "pair",
          Outcome::kOk,
          1.01,
          1.02,
          0.06,
          4e-3,
          1e15,
          1e14,
          0.9,
          1,
          2,
          3,
          4,
          5,
          6.5,
          "fine",
          "00ff",
          "flops 1e+15",
          provenance()};
}

}  // namespace madsearch
