#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace madsearch {

/// What a launcher writes to, once for each side, alike before.
template <class S>
struct Both {
  std::vector<S> cpu;
  std::vector<S> cuda;
  explicit Both(const std::vector<S>& before) : cpu(before), cuda(before) {}
};

/// A random case: sizes, numbers, and the order of the emulated device's threads.
class Trial {
 public:
  explicit Trial(std::uint64_t seed);

  /// A size in [least, most], by its name in the shapes of kernels/launch*.h.
  std::int64_t size(const std::string& name, std::int64_t least, std::int64_t most);
  std::int64_t one_of(const std::string& name, const std::vector<std::int64_t>& choices);
  bool coin(const std::string& name) { return size(name, 0, 1) == 1; }

  template <class S>
  std::vector<S> numbers(std::int64_t count, double low = -1, double high = 1) {
    std::uniform_real_distribution<double> draw(low, high);
    std::vector<S> out(static_cast<std::size_t>(count));
    for (auto& x : out) x = static_cast<S>(draw(rng_));
    return out;
  }

  template <class S>
  void expect_same(const std::string& name, const std::vector<S>& cuda, const std::vector<S>& cpu) const {
    const bool single = sizeof(S) == sizeof(float);  // double shows that it is the same sum, float how it rounds
    EXPECT_LE(difference({cuda.begin(), cuda.end()}, {cpu.begin(), cpu.end()}), single ? 2e-3 : 1e-10)
        << name << " of" << sizes_;
  }
  template <class S>
  void expect_same(const std::string& name, const Both<S>& both) const {
    expect_same(name, both.cuda, both.cpu);
  }

 private:
  /// The largest difference as a share of the largest number, or infinity if one side has a NaN.
  static double difference(const std::vector<double>& cuda, const std::vector<double>& cpu);

  std::mt19937_64 rng_;
  std::string sizes_;
};

/// Calls body(trial) for `count` trials, until one fails. `--gtest_random_seed=N` draws others.
template <class Body>
void for_each_trial(int count, Body&& body) {
  const auto seed = static_cast<std::uint64_t>(testing::GTEST_FLAG(random_seed));
  for (int i = 0; i < count && !testing::Test::HasFailure(); ++i) {
    Trial trial(seed * 1000 + static_cast<std::uint64_t>(i));
    body(trial);
  }
}

template <class S>
std::vector<S> zeros(std::int64_t count) {
  return std::vector<S>(static_cast<std::size_t>(count), S(0));
}

/// What is not written is seen.
template <class S>
std::vector<S> unwritten(std::int64_t count) {
  return std::vector<S>(static_cast<std::size_t>(count), std::numeric_limits<S>::quiet_NaN());
}

/// x [N, rows, columns] -> [N, columns, rows]
template <class S>
std::vector<S> transposed(const std::vector<S>& x, std::int64_t rows, std::int64_t columns) {
  std::vector<S> out(x.size());
  for (std::size_t p = 0; p < x.size(); ++p) {
    const auto at = static_cast<std::int64_t>(p);
    const auto matrix = at / (rows * columns);
    const auto i = at / columns % rows;
    const auto j = at % columns;
    out[static_cast<std::size_t>((matrix * columns + j) * rows + i)] = x[p];
  }
  return out;
}

/// x [R, n, size] summed over n: what a replica's sequences share.
template <class S>
std::vector<S> summed(const std::vector<S>& x, std::int64_t R, std::int64_t size) {
  auto out = zeros<S>(R * size);
  const auto each = static_cast<std::int64_t>(x.size()) / R;
  for (std::size_t p = 0; p < x.size(); ++p) {
    const auto at = static_cast<std::int64_t>(p);
    out[static_cast<std::size_t>(at / each * size + at % size)] += x[p];
  }
  return out;
}

/// Room for the states [N, steps + 1, size] of which the first of each is given: first [N, size].
template <class S>
std::vector<S> room_for_states(const std::vector<S>& first, std::int64_t steps, std::int64_t size) {
  auto out = unwritten<S>(static_cast<std::int64_t>(first.size()) * (steps + 1));
  for (std::size_t p = 0; p < first.size(); ++p) {
    const auto at = static_cast<std::int64_t>(p);
    out[static_cast<std::size_t>(at / size * (steps + 1) * size + at % size)] = first[p];
  }
  return out;
}

using Scalars = testing::Types<float, double>;

}  // namespace madsearch
