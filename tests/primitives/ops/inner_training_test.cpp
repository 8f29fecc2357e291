#include "primitives/ops/inner_training.h"

#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

constexpr std::int64_t kBatch = 3;

/// q, k, v, rate, scale, weight, bias, W, b of two heads.
std::vector<at::Tensor> inputs(std::int64_t T, std::int64_t F) {
  return {random_tensor({2, T, F}, 1),
          random_tensor({2, T, F}, 2),
          random_tensor({2, T, F}, 3),
          random_tensor({2, T}, 4).abs() / (4 * F),  // steps small enough to descend
          random_tensor({2, kBatch}, 5).abs(),
          random_tensor({2, F}, 6) / 4 + 1,
          random_tensor({2, F}, 7) / 4,
          random_tensor({2, F, F}, 8),
          random_tensor({2, F}, 9)};
}

Trained train(const std::vector<at::Tensor>& in) {
  return train_inner({in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7], in[8]});
}

/// Everything in one row, to be compared at once.
at::Tensor row(const Trained& trained) {
  return at::cat({trained.z.flatten(), trained.W.flatten(), trained.b.flatten()});
}

TEST(InnerTraining, HasTheGradientsOfFiniteDifferences) {
  for (const std::int64_t T : {1, 5, 6})  // mini-batches begun, full and begun, full
    expect_gradients([](const auto& in) { return row(train(in)); }, inputs(T, 5), 1e-7);
}

TEST(InnerTraining, GoesOnFromTheModelOfAFullMiniBatch) {
  auto whole = inputs(8, 8);
  for (auto& tensor : whole) tensor.set_requires_grad(true);
  auto first = whole;
  auto second = whole;
  for (const int n : {0, 1, 2, 3}) {
    first[n] = whole[n].slice(1, 0, 6);
    second[n] = whole[n].slice(1, 6);
  }
  const auto begun = train(first);
  second[7] = begun.W;
  second[8] = begun.b;
  const auto ended = train(second);
  const auto all = train(whole);
  const Trained joined = {at::cat({begun.z, ended.z}, 1), ended.W, ended.b};
  expect_the_same_with_gradients(row(joined), row(all), whole);
}

TEST(InnerTraining, HoldsInFloat32) {
  for (const std::int64_t F : {8, 12, 16, 32})
    expect_the_same_in_float32([](const auto& in) { return train(in).z; }, inputs(40, F), 1e-5, 1e-4);
}

TEST(InnerTraining, TakesViewsThatAreNotContiguous) {
  const auto in = inputs(7, 4);
  auto views = in;
  for (auto& tensor : views) tensor = tensor.transpose(0, 1).contiguous().transpose(0, 1);
  EXPECT_TRUE(at::equal(row(train(views)), row(train(in))));
}

}  // namespace
}  // namespace madsearch
