#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/primitives/blocks.h"

namespace madsearch {

/// Compares the gradient of sum(f * weight), weight random, by every number of every input with central differences.
/// `f` gives one tensor in float64, of inputs in float64.
inline void expect_gradients(const std::function<at::Tensor(const std::vector<at::Tensor>&)>& f,
                             const std::vector<at::Tensor>& values, double tolerance = 1e-8) {
  const auto weight = random_tensor(f(values).sizes(), 99);
  std::vector<at::Tensor> leaves;
  for (const auto& value : values) leaves.push_back(value.clone().set_requires_grad(true));
  f(leaves).backward(weight);
  constexpr double kStep = 1e-6;
  for (std::size_t n = 0; n < values.size(); ++n) {
    const auto expected = at::empty_like(values[n]);
    auto* number = values[n].data_ptr<double>();
    for (std::int64_t i = 0; i < values[n].numel(); ++i) {
      const double before = number[i];
      const auto at_offset = [&](double offset) {
        number[i] = before + offset;
        return (f(values) * weight).sum().item<double>();
      };
      expected.data_ptr<double>()[i] = (at_offset(kStep) - at_offset(-kStep)) / (2 * kStep);
      number[i] = before;
    }
    EXPECT_LT(relative_difference(leaves[n].grad(), expected), tolerance) << "input " << n;
  }
}

}  // namespace madsearch
