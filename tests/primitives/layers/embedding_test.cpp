#include "primitives/layers/embedding.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

at::Tensor random_rows(std::int64_t rows, std::int64_t count) {
  return (random_tensor({2, count}, 1).abs() * 1000).to(at::kLong).remainder(rows);
}

at::Tensor gradient(const at::Tensor& table, const at::Tensor& rows, const at::Tensor& above) {
  return torch::autograd::grad({embedded(table, rows)}, {table}, {above})[0];
}

TEST(Embedding, GivesRowsAndSumsTheirGradients) {
  const auto table = random_tensor({7, 3}, 2).set_requires_grad(true);
  const auto rows = random_rows(7, 50);
  const auto above = random_tensor({2, 50, 3}, 3);
  EXPECT_TRUE(at::equal(embedded(table, rows), table.index({rows})));
  const auto chosen = at::one_hot(rows, 7).to(table.scalar_type()).flatten(0, 1);  // [100, 7]
  EXPECT_LT(relative_difference(gradient(table, rows, above), chosen.t().matmul(above.flatten(0, 1))), 1e-14);
}

TEST(Embedding, LeavesLibTorchsChoiceOfSumsAsItWas) {
  const auto table = random_tensor({7, 3}, 2).set_requires_grad(true);
  const auto rows = random_rows(7, 50);
  for (const bool fixed : {false, true}) {
    at::globalContext().setDeterministicAlgorithms(fixed, /*warn_only=*/true);
    gradient(table, rows, random_tensor({2, 50, 3}, 3));
    EXPECT_EQ(at::globalContext().deterministicAlgorithms(), fixed);
    EXPECT_TRUE(at::globalContext().deterministicAlgorithmsWarnOnly());
    EXPECT_TRUE(at::globalContext().deterministicFillUninitializedMemory());
    at::globalContext().setDeterministicAlgorithms(false, false);
  }
}

TEST(Embedding, HasOneGradientOnCuda) {
  if (!at::globalContext().hasCUDA()) GTEST_SKIP() << "no CUDA device here";
  const auto table = random_tensor({64, 128}, 2).to(at::kCUDA, at::kFloat).set_requires_grad(true);
  const auto rows = random_rows(64, 8192).to(at::kCUDA);
  const auto above = random_tensor({2, 8192, 128}, 3).to(at::kCUDA, at::kFloat);
  const auto first = gradient(table, rows, above);
  for (int again = 0; again < 20; ++again) EXPECT_TRUE(at::equal(gradient(table, rows, above), first)) << again;
}

}  // namespace
}  // namespace madsearch
