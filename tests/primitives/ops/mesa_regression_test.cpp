#include "primitives/ops/mesa_regression.h"

#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

/// q, k, v, log_decay, beta, lambda of two heads.
std::vector<at::Tensor> inputs(std::int64_t T, std::int64_t F) {
  return {random_tensor({2, T, F}, 1),     random_tensor({2, T, F}, 2) / 2, random_tensor({2, T, F}, 3),
          -random_tensor({2, T}, 4).abs(), random_tensor({2, T}, 5).abs(),  random_tensor({2, F}, 6).abs() + 0.25};
}

/// A state as the past makes one: A = u uᵀ, B = u. u [2, F, F].
at::Tensor state_of(const at::Tensor& u) { return at::stack({at::matmul(u, u.transpose(-1, -2)), u}, -3); }

MesaOutputs regress(const std::vector<at::Tensor>& in, const at::Tensor& state = {}) {
  return mesa_regression({in[0], in[1], in[2], in[3], in[4], in[5]}, state);
}

/// Everything in one row, to be compared at once.
at::Tensor row(const MesaOutputs& out) { return at::cat({out.o.flatten(), out.state.flatten()}); }

TEST(MesaRegression, HasTheGradientsOfFiniteDifferences) {
  for (const auto& [T, F] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 3}, {7, 8}, {18, 3}})  // states are kept by sixteens
    expect_gradients([](const auto& in) { return row(regress(in)); }, inputs(T, F), 1e-7);
  auto in = inputs(3, 4);
  in.push_back(random_tensor({2, 4, 4}, 7) / 2);
  expect_gradients([](const auto& in) { return row(regress(in, state_of(in[6]))); }, in, 1e-7);
}

TEST(MesaRegression, GoesOnFromAState) {
  auto whole = inputs(21, 8);
  for (auto& tensor : whole) tensor.set_requires_grad(true);
  auto first = whole;
  auto second = whole;
  for (const int n : {0, 1, 2, 3, 4}) {
    first[n] = whole[n].slice(1, 0, 9);
    second[n] = whole[n].slice(1, 9);
  }
  const auto begun = regress(first);
  const auto ended = regress(second, begun.state);
  const auto all = regress(whole);
  const MesaOutputs joined = {at::cat({begun.o, ended.o}, 1), ended.state};
  expect_the_same_with_gradients(row(joined), row(all), whole);
}

TEST(MesaRegression, HoldsInFloat32) {
  for (const std::int64_t F : {8, 12, 16, 32})
    expect_the_same_in_float32([](const auto& in) { return regress(in).o; }, inputs(60, F), 1e-5, 1e-4);
}

TEST(MesaRegression, TakesViewsThatAreNotContiguous) {
  const auto in = inputs(7, 4);
  auto views = in;
  for (auto& tensor : views) tensor = tensor.transpose(0, 1).contiguous().transpose(0, 1);
  EXPECT_TRUE(at::equal(row(regress(views)), row(regress(in))));
}

}  // namespace
}  // namespace madsearch
