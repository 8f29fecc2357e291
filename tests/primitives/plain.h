#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "primitives/primitive.h"

namespace madsearch {

/// A tensor as plain float64 numbers, so that a test of a recurrence is loops over numbers and reads no LibTorch.
struct Plain {
  std::vector<double> numbers;
  std::vector<std::int64_t> sizes;
  double operator()(std::int64_t i) const { return numbers.at(static_cast<std::size_t>(i)); }
  double operator()(std::int64_t i, std::int64_t j) const { return (*this)(i * sizes.at(1) + j); }
  double operator()(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return (*this)((i * sizes.at(1) + j) * sizes.at(2) + k);
  }
};

/// One sequence through one replica.
struct Pass {
  std::int64_t width = 0;
  std::int64_t length = 0;
  std::map<std::string, Plain> parameters;  // without the replica axis
  Plain x, y;                               // [T, D]
  double auxiliary_loss = 0;                // of all sequences of the replica

  const Plain& operator[](const std::string& parameter) const;
  /// W x_t + b of the layer `name` (its weight and, if it has one, its bias).
  std::vector<double> linear(const std::string& name, const std::vector<double>& input) const;
  std::vector<double> token(std::int64_t t) const;  // x_t
};

/// Runs `primitive` in float64 with random parameters (the initial ones, each number moved) on random input: `replicas`
/// replicas of `sequences` sequences, in this order.
std::vector<Pass> passes(const std::string& primitive, const Settings& settings, Shape shape, std::int64_t replicas = 2,
                         std::int64_t sequences = 2);

/// `recurrence` gives the output [T][D] of a pass; every number of every pass must be within `tolerance` of it (times
/// the largest).
void expect_agreement(const std::vector<Pass>& all,
                      const std::function<std::vector<std::vector<double>>(const Pass&)>& recurrence,
                      double tolerance = 1e-10);

/// RWKV's token shift: x_t moved towards x_{t-1} by the shares that the parameter `mu` holds (x_{-1} = 0).
std::vector<double> moved(const Pass& pass, std::int64_t t, const std::string& mu);

/// all[begin .. begin + count - 1].
std::vector<double> part(const std::vector<double>& all, std::int64_t begin, std::int64_t count);
/// Rotary position t: channel pairs (j, j + n/2) turned by t 10000^(-2j/n) (Su et al. 2021, arXiv:2104.09864, equation
/// 34).
std::vector<double> turned(const std::vector<double>& u, std::int64_t t);

double sigmoid(double u);
double silu(double u);
double dot(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace madsearch
