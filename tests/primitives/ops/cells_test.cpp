#include "primitives/ops/cells.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/primitives/blocks.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

struct Sample {
  Cell cell;
  const char* name;
  std::int64_t gates, cells;
  friend void PrintTo(const Sample& kind, std::ostream* out) { *out << kind.name; }
};

/// x, weight, bias, h and, of a cell with cells, all of them but m.
std::vector<at::Tensor> inputs(const Sample& kind, std::int64_t R, std::int64_t B, std::int64_t T, std::int64_t D,
                               std::int64_t H) {
  std::vector<at::Tensor> out = {random_tensor({R, B, T, kind.gates * D}, 1),
                                 0.4 * random_tensor({R, H, kind.gates, D / H, D / H}, 2),
                                 random_tensor({R, kind.gates * D}, 3), random_tensor({R, B, D}, 4)};
  if (kind.cells) out.push_back(random_tensor({R, B, 1, D}, 5));
  if (kind.cells == 3) out.push_back(1 + at::abs(random_tensor({R, B, 1, D}, 6)));
  return out;
}

at::Tensor cells_of(const Sample& kind, const std::vector<at::Tensor>& in) {
  if (kind.cells == 0) return {};
  if (kind.cells == 1) return in[4];
  return at::cat({in[4], in[5], 0.3 * at::ones_like(in[5])}, 2);
}

/// What later tokens can see of the last cells: c, or c / n.
at::Tensor seen(const Sample& kind, const at::Tensor& cells) {
  return kind.cells == 1 ? cells.select(2, 0) : cells.select(2, 0) / cells.select(2, 1);
}

at::Tensor run(const Sample& kind, const std::vector<at::Tensor>& in) {
  const auto out = run_cell(kind.cell, in[0], in[1], in[2], in[3], cells_of(kind, in));
  return kind.cells ? at::cat({out.h, seen(kind, out.cells).unsqueeze(2)}, 2) : out.h;
}

class EveryCell : public ::testing::TestWithParam<Sample> {};
INSTANTIATE_TEST_SUITE_P(Cells, EveryCell,
                         ::testing::Values(Sample{Cell::kLstm, "lstm", 4, 1}, Sample{Cell::kGru, "gru", 3, 0},
                                           Sample{Cell::kSlstm, "slstm", 4, 3},
                                           Sample{Cell::kSlstmExponential, "slstm_exponential", 4, 3}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(EveryCell, HasTheGradientsOfFiniteDifferences) {
  for (const auto& [T, D, H] : {std::tuple{5, 4, 2}, std::tuple{1, 3, 1}, std::tuple{4, 5, 1}})
    expect_gradients([&](const auto& in) { return run(GetParam(), in); }, inputs(GetParam(), 2, 2, T, D, H), 3e-8);
}

TEST_P(EveryCell, StartsFromZeros) {
  const auto in = inputs(GetParam(), 2, 2, 6, 4, 2);
  const auto zeros = at::zeros_like(in[3]);
  auto cells = GetParam().cells ? at::zeros({2, 2, GetParam().cells, 4}, at::kDouble) : at::Tensor();
  if (GetParam().cells == 3) cells.select(2, 2).fill_(-std::numeric_limits<double>::infinity());
  EXPECT_TRUE(at::equal(run_cell(GetParam().cell, in[0], in[1], in[2]).h,
                        run_cell(GetParam().cell, in[0], in[1], in[2], zeros, cells).h));
}

TEST_P(EveryCell, GoesOnFromTheStateItWasGiven) {
  const auto in = inputs(GetParam(), 2, 2, 9, 4, 2);
  const auto one = leaves(in);
  const auto two = leaves(in);
  const auto at_once = run(GetParam(), one);
  const auto first =
      run_cell(GetParam().cell, two[0].slice(2, 0, 4), two[1], two[2], two[3], cells_of(GetParam(), two));
  const auto second = run_cell(GetParam().cell, two[0].slice(2, 4), two[1], two[2], first.h.select(2, 3), first.cells);
  std::vector<at::Tensor> parts = {first.h, second.h};
  if (GetParam().cells) parts.push_back(seen(GetParam(), second.cells).unsqueeze(2));
  const auto in_two = at::cat(parts, 2);
  const auto weight = random_tensor(at_once.sizes(), 9);
  EXPECT_LT(relative_difference(in_two, at_once), 1e-14);
  at_once.backward(weight);
  in_two.backward(weight);
  for (std::size_t n = 0; n < one.size(); ++n)
    EXPECT_LT(relative_difference(two[n].grad(), one[n].grad()), 1e-12) << "input " << n;
}

/// More sequences than one run of the loop takes, and widths with and without a rest beside the vectors.
TEST_P(EveryCell, RunsSequencesAndReplicasAsIfEachWereAlone) {
  for (const auto& [D, H] : {std::pair{24, 1}, std::pair{28, 2}}) {
    const auto in = leaves(inputs(GetParam(), 2, 19, 5, D, H), at::kFloat);
    const auto all = run(GetParam(), in);
    const auto weight = random_tensor(all.sizes(), 9, at::kFloat);
    all.backward(weight);
    for (const std::int64_t r : {0, 1})
      for (const std::int64_t b : {0, 15, 18}) {
        auto one = std::vector<at::Tensor>();
        for (std::size_t n = 0; n < in.size(); ++n) {
          const auto replica = in[n].detach().slice(0, r, r + 1);
          one.push_back((n == 1 || n == 2 ? replica : replica.slice(1, b, b + 1)).clone().set_requires_grad(true));
        }
        const auto alone = run(GetParam(), one);
        alone.backward(weight.slice(0, r, r + 1).slice(1, b, b + 1));
        EXPECT_LT(relative_difference(all[r][b], alone[0][0]), 1e-6);
        EXPECT_LT(relative_difference(in[0].grad()[r][b], one[0].grad()[0][0]), 1e-6);
      }
  }
}

TEST_P(EveryCell, HasBlocksOnTheDiagonalOfItsMatrices) {
  const std::int64_t D = 6, d = 3;
  const auto in = inputs(GetParam(), 1, 2, 5, D, 2);
  auto full = at::zeros({1, 1, GetParam().gates, D, D}, at::kDouble);
  for (std::int64_t n = 0; n < 2; ++n)
    full.select(1, 0).slice(2, n * d, (n + 1) * d).slice(3, n * d, (n + 1) * d).copy_(in[1].select(1, n));
  EXPECT_LT(relative_difference(run_cell(GetParam().cell, in[0], in[1], in[2]).h,
                                run_cell(GetParam().cell, in[0], full, in[2]).h),
            1e-14);
}

TEST_P(EveryCell, HoldsInFloat32) {
  expect_the_same_in_float32([](const auto& in) { return run(GetParam(), in); }, inputs(GetParam(), 2, 3, 101, 24, 2),
                             1e-5, 2e-5);
}

TEST_P(EveryCell, StaysFiniteForLargeInputsOverLongSequences) {
  const auto in = leaves(inputs(GetParam(), 1, 2, 512, 8, 2), at::kFloat);
  const auto h = run_cell(GetParam().cell, 60 * in[0], in[1], in[2]).h;
  h.sum().backward();
  EXPECT_TRUE(at::isfinite(h).all().item<bool>());
  for (std::size_t n = 0; n < 3; ++n) EXPECT_TRUE(at::isfinite(in[n].grad()).all().item<bool>()) << "input " << n;
}

TEST_P(EveryCell, TakesViewsAndLessThanFloat32) {
  const auto in = inputs(GetParam(), 2, 3, 6, 4, 1);
  const auto turned = [](const at::Tensor& u) { return u.transpose(1, 2).contiguous().transpose(1, 2); };
  EXPECT_TRUE(at::equal(run_cell(GetParam().cell, turned(in[0]), in[1], in[2]).h,
                        run_cell(GetParam().cell, in[0], in[1], in[2]).h));
  const auto x = in[0].to(at::kBFloat16).set_requires_grad(true);
  const auto h = run_cell(GetParam().cell, x, in[1].to(at::kFloat), in[2].to(at::kFloat)).h;
  EXPECT_EQ(h.scalar_type(), at::kFloat);
  h.sum().backward();
  EXPECT_EQ(x.grad().scalar_type(), at::kBFloat16);
}

/// PyTorch's own layers, forwards and backwards. w_ih [G D, I], w_hh [G D, D], biases [G D], u [B, T, I], h and c [B,
/// D].
struct Layer {
  static constexpr std::int64_t B = 3, T = 7, D = 5, I = 4;
  std::int64_t gates;
  std::vector<at::Tensor> values() const {
    return {random_tensor({B, T, I}, 1),   random_tensor({gates * D, I}, 2), random_tensor({gates * D, D}, 3),
            random_tensor({gates * D}, 4), random_tensor({gates * D}, 5),    random_tensor({B, D}, 6),
            random_tensor({B, D}, 7)};
  }
  /// Ours from the same numbers: one replica, one block.
  CellRun ours(Cell cell, const std::vector<at::Tensor>& v, bool stateful) const {
    const auto x = at::linear(v[0], v[1], v[3]).unsqueeze(0);
    const auto h = stateful ? v[5].unsqueeze(0) : at::Tensor();
    const auto c = stateful && cell == Cell::kLstm ? v[6].view({1, B, 1, D}) : at::Tensor();
    return run_cell(cell, x, v[2].view({1, 1, gates, D, D}), v[4].unsqueeze(0), h, c);
  }
  at::Tensor first(const at::Tensor& state, bool stateful) const {
    return (stateful ? state : at::zeros_like(state)).unsqueeze(0);
  }
};

void expect_same(const std::vector<at::Tensor>& mine, const std::vector<at::Tensor>& theirs, const at::Tensor& y,
                 const at::Tensor& want) {
  const auto weight = random_tensor(want.sizes(), 9);
  EXPECT_LT(relative_difference(y, want), 1e-13);
  y.backward(weight);
  want.backward(weight);
  for (std::size_t n = 0; n < mine.size(); ++n) {
    EXPECT_EQ(mine[n].grad().defined(), theirs[n].grad().defined()) << "input " << n;
    if (theirs[n].grad().defined()) {
      EXPECT_LT(relative_difference(mine[n].grad(), theirs[n].grad()), 1e-12) << "input " << n;
    }
  }
}

TEST(LSTMCell, AgreesWithPyTorchForwardAndBackward) {
  const Layer layer{4};
  for (const bool stateful : {false, true}) {
    const auto mine = leaves(layer.values());
    const auto v = leaves(layer.values());
    const auto run = layer.ours(Cell::kLstm, mine, stateful);
    const auto [y, h, c] = at::lstm(v[0], {layer.first(v[5], stateful), layer.first(v[6], stateful)},
                                    {v[1], v[2], v[3], v[4]}, true, 1, 0, false, false, true);
    expect_same(mine, v, at::cat({run.h[0], run.cells[0]}, 1), at::cat({y, c.transpose(0, 1)}, 1));
  }
}

TEST(GRUCell, AgreesWithPyTorchForwardAndBackward) {
  const Layer layer{3};
  for (const bool stateful : {false, true}) {
    const auto mine = leaves(layer.values());
    const auto v = leaves(layer.values());
    const auto [y, h] =
        at::gru(v[0], layer.first(v[5], stateful), {v[1], v[2], v[3], v[4]}, true, 1, 0, false, false, true);
    expect_same(mine, v, layer.ours(Cell::kGru, mine, stateful).h[0], y);
  }
}

}  // namespace
}  // namespace madsearch
