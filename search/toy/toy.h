#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "search/loop/evaluator.h"
#include "search/loop/space.h"

namespace madsearch {

/// A stripe of 8 layers over 10 primitives in miniature, whose true front is known: 10^8 candidates x in {0..9}^8, two
/// objectives,
///
///   f_k(x) = Σ_i u[k][i][x_i] + Σ_{i<j} w[k][(i,j)][x_i][x_j]        the pairs in the order (0,1), (0,2), ... (6,7)
///
/// Texts are 8 digits. It measures the evolutionary loop without any training; f_0 is loss-like, f_1 state-like.
class Toy : public Space {
 public:
  static constexpr int kLayers = 8;
  static constexpr int kPrimitives = 10;
  static constexpr int kPairs = kLayers * (kLayers - 1) / 2;

  /// Reads a problem and its true front (tests/toy). Throws ConfigError if one is missing or malformed.
  static Toy read(const std::filesystem::path& problem, const std::filesystem::path& front);

  std::optional<std::string> random(Rng& rng) const override;
  /// Each operator resets one position to any digit, so the text may stay as it was.
  Child mutate(const std::string& parent, int operators, Rng& rng) const override;
  /// Uniform crossover: each digit of either parent.
  Child cross(const std::string& a, const std::string& b, Rng& rng) const override;
  std::optional<std::string> counterfactual(const std::string&) const override { return std::nullopt; }
  /// Tenths of the range of f_1 between its best and the reference.
  int bin(const std::string& text) const override;

  Objectives evaluate(const std::string& text) const;  // throws std::invalid_argument unless 8 digits
  const Objectives& reference() const { return reference_; }
  double hypervolume() const { return hypervolume_; }  // of the true front
  const std::vector<std::pair<Objectives, std::string>>& front() const { return front_; }

 private:
  std::array<std::array<std::array<int, kPrimitives>, kLayers>, 2> u_{};
  std::array<std::array<std::array<std::array<int, kPrimitives>, kPrimitives>, kPairs>, 2> w_{};
  Objectives reference_;
  double hypervolume_ = 0;
  double least_state_ = 0;  // of the front
  std::vector<std::pair<Objectives, std::string>> front_;
};

}  // namespace madsearch
