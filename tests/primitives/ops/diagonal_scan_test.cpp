#include "primitives/ops/diagonal_scan.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <complex>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

using Tensors = std::vector<at::Tensor>;

/// λ inside the unit circle: magnitudes below 1, any angle.
at::Tensor inside_unit_circle(const at::Tensor& z, std::int64_t parts) {
  const auto re = z.select(parts, 0);
  const auto im = z.select(parts, 1);
  const auto magnitude = at::sigmoid(re);
  return at::stack({magnitude * at::cos(3 * im), magnitude * at::sin(3 * im)}, parts);
}

Tensors scan_inputs(std::int64_t R, std::int64_t B, std::int64_t T, std::int64_t C, bool each_token) {
  const auto z = each_token ? random_tensor({R, B, T, 2, C}, 1) : random_tensor({R, 2, C}, 1);
  return {inside_unit_circle(z, z.dim() - 2), random_tensor({R, B, T, 2, C}, 2), random_tensor({R, B, 2, C}, 3)};
}

Tensors filter_inputs(std::int64_t R, std::int64_t B, std::int64_t T, std::int64_t N, std::int64_t C) {
  return {inside_unit_circle(random_tensor({R, 2, N, C}, 1), 1), random_tensor({R, 2, N, C}, 2),
          random_tensor({R, B, T, C}, 3), random_tensor({R, B, 2, N, C}, 4)};
}

at::Tensor scan(const Tensors& in) { return diagonal_scan(in[0], in[1], in[2]); }

/// Output and last state side by side, a row a sequence.
at::Tensor filter(const Tensors& in) {
  const auto [y, state] = diagonal_filter_from(in[3], in[0], in[1], in[2]);
  return at::cat({y.flatten(2), state.flatten(2)}, -1);
}

/// Gradients by every input of the sum of f times random numbers, from copies of the inputs in `type`.
Tensors gradients_of(const std::function<at::Tensor(const Tensors&)>& f, const Tensors& in,
                     at::ScalarType type = at::kDouble) {
  Tensors leaves, out;
  for (const auto& tensor : in) leaves.push_back(tensor.to(type).detach().clone().set_requires_grad(true));
  const auto y = f(leaves);
  y.backward(random_tensor(y.sizes(), 9, type));
  for (const auto& leaf : leaves) out.push_back(leaf.grad());
  return out;
}

TEST(DiagonalScan, MultipliesComplexNumbersAndAdds) {
  for (const bool each_token : {false, true}) {
    const std::int64_t T = 7, C = 5;
    const auto in = scan_inputs(2, 2, T, C, each_token);
    const auto h = scan(in);
    for (std::int64_t r = 0; r < 2; ++r)
      for (std::int64_t b = 0; b < 2; ++b)
        for (std::int64_t c = 0; c < C; ++c) {
          const auto number = [c](const at::Tensor& z) {
            return std::complex<double>(z[0][c].item<double>(), z[1][c].item<double>());
          };
          auto state = number(in[2][r][b]);
          for (std::int64_t t = 0; t < T; ++t) {
            state = number(each_token ? in[0][r][b][t] : in[0][r]) * state + number(in[1][r][b][t]);
            EXPECT_LT(std::abs(number(h[r][b][t]) - state), 1e-14);
          }
        }
  }
}

TEST(DiagonalScan, HasTheGradientsOfFiniteDifferences) {
  for (const bool each_token : {false, true})
    for (const std::int64_t T : {1, 5}) expect_gradients(scan, scan_inputs(2, 2, T, 3, each_token));
}

TEST(DiagonalScan, GoesOnFromItsLastState) {
  for (const bool each_token : {false, true}) {
    const auto in_two = [&](const Tensors& in) {
      const auto lambda = [&](std::int64_t from, std::int64_t to) {
        return each_token ? in[0].slice(2, from, to) : in[0];
      };
      const auto first = diagonal_scan(lambda(0, 4), in[1].slice(2, 0, 4), in[2]);
      return at::cat({first, diagonal_scan(lambda(4, 9), in[1].slice(2, 4, 9), first.select(2, 3))}, 2);
    };
    const auto in = scan_inputs(2, 3, 9, 4, each_token);
    EXPECT_LT(relative_difference(in_two(in), scan(in)), 1e-15);
    const auto whole = gradients_of(scan, in), halves = gradients_of(in_two, in);
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_LT(relative_difference(halves[n], whole[n]), 1e-13) << "input " << n;
  }
}

TEST(DiagonalFilter, IsTheConvolutionWithItsKernel) {
  const std::int64_t T = 9, N = 3, C = 70;  // more channels than are run at a time
  const auto in = filter_inputs(2, 2, T, N, C);
  const auto y = diagonal_filter(in[0], in[1], in[2]);
  const auto complex = [](const at::Tensor& z) {
    return at::complex(z.select(1, 0).contiguous(), z.select(1, 1).contiguous());
  };
  auto sum = at::zeros_like(y);
  auto power = at::ones_like(complex(in[0]));
  for (std::int64_t lag = 0; lag < T; ++lag) {
    const auto kernel = at::real(complex(in[1]) * power).sum(1);  // K_lag [R, C]
    sum.slice(2, lag).add_(kernel.unsqueeze(1).unsqueeze(1) * in[2].slice(2, 0, T - lag));
    power = power * complex(in[0]);
  }
  EXPECT_LT(relative_difference(y, sum), 1e-14);
}

TEST(DiagonalFilter, HasTheGradientsOfFiniteDifferences) {
  for (const std::int64_t T : {1, 5}) expect_gradients(filter, filter_inputs(2, 2, T, 2, 3));
}

TEST(DiagonalFilter, GoesOnFromItsLastState) {
  const auto in_two = [](const Tensors& in) {
    const auto [first, state] = diagonal_filter_from(in[3], in[0], in[1], in[2].slice(2, 0, 4));
    const auto [second, last] = diagonal_filter_from(state, in[0], in[1], in[2].slice(2, 4));
    return at::cat({at::cat({first, second}, 2).flatten(2), last.flatten(2)}, -1);
  };
  const auto in = filter_inputs(2, 3, 9, 3, 5);
  EXPECT_LT(relative_difference(in_two(in), filter(in)), 1e-14);
  const auto whole = gradients_of(filter, in), halves = gradients_of(in_two, in);
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_LT(relative_difference(halves[n], whole[n]), 1e-13) << "input " << n;
}

TEST(DiagonalFilter, StartsFromZerosUnlessTold) {
  const auto in = filter_inputs(2, 2, 5, 3, 4);
  const auto [y, state] = diagonal_filter_from({}, in[0], in[1], in[2]);
  const auto [same, last] = diagonal_filter_from(at::zeros_like(in[3]), in[0], in[1], in[2]);
  EXPECT_TRUE(at::equal(y, same));
  EXPECT_TRUE(at::equal(state, last));
}

TEST(DiagonalOperations, HoldInFloat32) {
  const auto check = [](const auto& f, const Tensors& in) {
    Tensors narrow;
    for (const auto& tensor : in) narrow.push_back(tensor.to(at::kFloat));
    const auto single = f(narrow);
    EXPECT_EQ(single.scalar_type(), at::kFloat);
    EXPECT_LT(relative_difference(single, f(in)), 1e-6);
    const auto wide = gradients_of(f, in), less = gradients_of(f, in, at::kFloat);
    for (std::size_t n = 0; n < in.size(); ++n) EXPECT_LT(relative_difference(less[n], wide[n]), 3e-6) << "input " << n;
  };
  check(scan, scan_inputs(2, 2, 101, 20, false));
  check(scan, scan_inputs(2, 2, 101, 20, true));
  check(filter, filter_inputs(2, 2, 101, 8, 40));
}

TEST(DiagonalOperations, TakeViewsThatAreNotContiguousAndBfloat16) {
  const auto turned = [](const at::Tensor& u) { return u.transpose(0, -1).contiguous().transpose(0, -1); };
  const auto check = [&](const auto& f, const Tensors& in) {
    Tensors views, less;
    for (const auto& tensor : in) {
      views.push_back(turned(tensor));
      less.push_back(tensor.to(at::kBFloat16));
    }
    EXPECT_TRUE(at::equal(f(views), f(in)));
    EXPECT_EQ(f(less).scalar_type(), at::kFloat);
    EXPECT_EQ(gradients_of(f, in, at::kBFloat16)[1].scalar_type(), at::kBFloat16);
  };
  check(scan, scan_inputs(2, 3, 6, 4, true));
  check(filter, filter_inputs(2, 3, 6, 3, 4));
}

TEST(DiagonalOperations, StayFiniteForLongSequencesOnTheUnitCircle) {
  constexpr std::int64_t T = 512, C = 8;
  const auto angle = at::arange(C, at::kFloat);
  const auto lambda = at::stack({at::cos(angle), at::sin(angle)}, 0).unsqueeze(0);  // [1, 2, C]
  const auto u = random_tensor({1, 1, T, 2, C}, 1, at::kFloat);
  EXPECT_TRUE(at::isfinite(diagonal_scan(lambda, u)).all().item<bool>());
  const auto found = gradients_of([](const Tensors& in) { return diagonal_filter(in[0], in[0], in[1]); },
                                  {lambda.unsqueeze(2), u.select(3, 0)}, at::kFloat);
  for (const auto& gradient : found) EXPECT_TRUE(at::isfinite(gradient).all().item<bool>());
}

}  // namespace
}  // namespace madsearch
