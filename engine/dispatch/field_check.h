#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace madsearch {

/// Collects what is wrong with fields of an answer or a record, "its test is nan, not a number from 0 to 1".
class FieldCheck {
 public:
  std::vector<std::string> problems;

  void number(const char* name, double value, double least, double most);
  void share(const char* name, double value) { number(name, value, 0, 1); }
  void count(const char* name, std::int64_t value, std::int64_t most);  // from 0
  void text(const char* name, const std::string& value, const std::string& expected);
  void equal(const char* name, std::int64_t value, std::int64_t expected);
  /// A number that is there if something was `measured`, and absent if not.
  void measured(const char* name, std::optional<double> value, bool measured, double least, double most);
  void one_of(const char* name, std::optional<double> value, bool measured, const std::vector<double>& allowed);
  void is(const std::string& name, const std::string& value, const std::string& expected);
};

// The largest numbers that any training, pretraining or timing can come to.
inline constexpr double kMostLoss = 1e38;         // nats, in single precision
inline constexpr double kMostBits = 1e6;          // a byte
inline constexpr double kMostCoreSeconds = 1e10;  // 317 years
inline constexpr double kMostOfATiming = 1e15;    // milliseconds, GFLOP/s, MiB
inline constexpr std::int64_t kMostState = 1'000'000'000'000'000;
inline constexpr std::int64_t kMostMemory = 1'000'000'000'000'000;  // bytes

}  // namespace madsearch
