#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "tests/primitives/blocks.h"

namespace madsearch {

/// Copies of `values` whose gradients are wanted.
inline std::vector<at::Tensor> leaves(const std::vector<at::Tensor>& values, at::ScalarType type = at::kDouble) {
  std::vector<at::Tensor> out;
  for (const auto& value : values) out.push_back(value.detach().to(type, false, /*copy=*/true).set_requires_grad(true));
  return out;
}

/// Compares the gradient of sum(f * weight), weight random, by every number of every input with central differences.
/// `f` gives one tensor in float64, of inputs in float64.
inline void expect_gradients(const std::function<at::Tensor(const std::vector<at::Tensor>&)>& f,
                             const std::vector<at::Tensor>& values, double tolerance = 1e-8) {
  const auto weight = random_tensor(f(values).sizes(), 99);
  const auto inputs = leaves(values);
  f(inputs).backward(weight);
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
    EXPECT_LT(relative_difference(inputs[n].grad(), expected), tolerance) << "input " << n;
  }
}

/// `joined` and `all`, computed in float64 from the same `inputs` in parts and in one go, are equal, and so are the
/// gradients of sum(joined * weight) and sum(all * weight), weight random.
inline void expect_the_same_with_gradients(const at::Tensor& joined, const at::Tensor& all,
                                           std::vector<at::Tensor>& inputs) {
  EXPECT_LT(relative_difference(joined, all), 1e-13);
  const auto weight = random_tensor(all.sizes(), 10);
  all.backward(weight);
  std::vector<at::Tensor> expected;
  for (auto& tensor : inputs) {
    expected.push_back(tensor.grad().clone());
    tensor.mutable_grad() = at::Tensor();
  }
  joined.backward(weight);
  for (std::size_t n = 0; n < inputs.size(); ++n)
    EXPECT_LT(relative_difference(inputs[n].grad(), expected[n]), 1e-12) << "input " << n;
}

/// `f` gives in float32 nearly what it gives in float64, and as gradients of sum(f * weight), weight random, nearly the
/// same. `values` are in float64.
inline void expect_the_same_in_float32(const std::function<at::Tensor(const std::vector<at::Tensor>&)>& f,
                                       const std::vector<at::Tensor>& values, double tolerance,
                                       double gradient_tolerance) {
  const auto wide = leaves(values);
  const auto narrow = leaves(values, at::kFloat);
  const auto y = f(wide);
  const auto single = f(narrow);
  EXPECT_EQ(single.scalar_type(), at::kFloat);
  EXPECT_LT(relative_difference(single, y), tolerance);
  const auto weight = random_tensor(y.sizes(), 98);
  y.backward(weight);
  single.backward(weight.to(at::kFloat));
  for (std::size_t n = 0; n < values.size(); ++n)
    EXPECT_LT(relative_difference(narrow[n].grad(), wide[n].grad()), gradient_tolerance) << "input " << n;
}

}  // namespace madsearch
