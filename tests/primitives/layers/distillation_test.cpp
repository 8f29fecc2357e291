#include "primitives/layers/distillation.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "primitives/layers/long_convolution.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

using Orders = std::vector<std::int64_t>;

at::Tensor filter(std::int64_t length, const std::function<double(double)>& tap) {  // [1, 1, length]
  auto out = at::empty({1, 1, length}, at::kDouble);
  for (std::int64_t t = 0; t < length; ++t) out.data_ptr<double>()[t] = tap(static_cast<double>(t));
  return out;
}

double three_decays(double t) { return std::pow(0.9, t) + 0.8 * std::pow(0.5, t) + 0.5 * std::pow(-0.7, t); }

/// The largest error of a tap, relative to its filter's largest tap.
double worst(const DistilledFilters& found, const at::Tensor& filters) {
  const auto largest = filters.abs().amax(-1, true);
  return ((found.responses(filters.size(-1)) - filters).abs() / largest).max().item<double>();
}

TEST(Distillation, FindsTheOrderOfASumOfExponentials) {
  for (const std::int64_t length : {16, 33, 64}) {
    const auto h = filter(length, three_decays);
    const auto found = distil(h);
    EXPECT_EQ(found.orders(), Orders{3}) << length;
    EXPECT_LT(worst(found, h), 1e-9);
  }
  EXPECT_EQ(distil(filter(64, [](double t) { return std::pow(0.95, t) * std::cos(0.4 * t + 1); })).orders(), Orders{2});
}

TEST(Distillation, NeedsNoStateForTheCurrentTokenAlone) {
  EXPECT_EQ(distil(filter(20, [](double t) { return t == 0 ? 3 : 0; })).orders(), Orders{0});
  EXPECT_EQ(distil(filter(20, [](double) { return 0; })).orders(), Orders{0});
  EXPECT_EQ(distil(filter(1, [](double) { return 3; })).orders(), Orders{0});
  const auto two = filter(2, [](double t) { return 1 + t; });
  EXPECT_EQ(distil(two).orders(), Orders{1});
  EXPECT_LT(worst(distil(two), two), 1e-12);
}

TEST(Distillation, DelaysAsLongAsTheFilterDoes) {
  const auto h = filter(20, [](double t) { return t == 5 ? 1 : 0; });
  EXPECT_EQ(distil(h).orders(), Orders{5});
  EXPECT_LT(worst(distil(h), h), 1e-9);
}

TEST(Distillation, SavesLessThanHalfOfARandomFilter) {  // n states have 2 n numbers to meet T - 1 taps
  for (const std::int64_t length : {20, 31, 64}) {
    const auto h = random_tensor({1, 3, length}, 1);
    const auto found = distil(h);
    for (const auto order : found.orders()) EXPECT_GE(order, (length - 1) / 2);
    EXPECT_LE(worst(found, h), 1e-3);
  }
}

TEST(Distillation, KeepsThePastWhereThereIsNoRecurrence) {
  const auto h = filter(20, [](double t) { return t == 19 ? 1 : 0; });
  const auto found = distil(h);
  EXPECT_EQ(found.orders(), Orders{19});
  EXPECT_EQ(worst(found, h), 0);
}

TEST(Distillation, SpendsFewerStatesWhereMoreErrorIsAllowed) {
  const auto h = filter(64, three_decays);
  EXPECT_LT(distil(h, 0.2).orders()[0], 3);
  EXPECT_EQ(distil(h, 2).orders(), Orders{0});
}

TEST(Distillation, GivesOneOrderToAllReplicas) {
  const auto one = filter(40, [](double t) { return std::pow(0.8, t); });
  const auto three = filter(40, three_decays);
  const auto h = at::cat({at::cat({one, one}, 1), at::cat({three, one}, 1)}, 0);  // [2, 2, T]
  const auto found = distil(h);
  EXPECT_EQ(found.orders(), (Orders{3, 1}));
  EXPECT_EQ(found.numbers(), 4);
  EXPECT_LT(worst(found, h), 1e-9);
}

TEST(Distillation, StepsAsTheFilterConvolves) {
  const std::int64_t T = 40, K = 3;
  const auto tap = [](double rate) { return [=](double t) { return std::pow(rate, t); }; };
  const auto h =
      at::cat({filter(T, three_decays), filter(T, [](double) { return 0; }), filter(T, tap(0.7))}, 1).repeat({2, 1, 1});
  const auto u = random_tensor({2, 2, 3, K, T}, 1);
  const auto found = distil(h);
  at::Tensor states;
  std::vector<at::Tensor> y;
  for (std::int64_t t = 0; t < T; ++t) {
    y.push_back(found.step(u.select(-1, t), states));
    EXPECT_EQ(states.sizes(), at::IntArrayRef({2, 2, 4, K}));
  }
  const auto channels = u.transpose(2, 3).reshape({2, 2 * K, 3, T});  // K inputs of one filter are as many sequences
  const auto want = long_convolution(channels, h).view({2, 2, K, 3, T}).transpose(2, 3);
  EXPECT_LT(relative_difference(at::stack(y, -1), want), 1e-9);
}

TEST(Distillation, RefusesWhatIsNotFinite) {
  EXPECT_THROW(distil(filter(8, [](double) { return NAN; })), std::invalid_argument);
  EXPECT_THROW(distil(filter(8, [](double t) { return t == 3 ? INFINITY : 0; })), std::invalid_argument);
}

/// A long convolution's block with parameters as if they were trained, and its distilled twin.
class LongConvolutions : public ::testing::TestWithParam<std::string> {
 protected:
  static constexpr std::int64_t kLength = 64;
  const Primitive& sheet() const { return *find_primitive(GetParam()); }
  std::unique_ptr<Mixer> mixer(at::ScalarType type = at::kDouble) const {
    auto out = build_mixer(GetParam(), sheet().defaults(), build_for({16, kLength}, 1, type));
    const at::NoGradGuard constant;
    for (const auto& parameter : out->parameters())
      if (parameter.name == "kernel") {  // taps drawn one by one have no recurrence; these fade
        const auto t = at::arange(kLength, at::kDouble);
        const auto rate = at::linspace(0.02, 0.4, 16, at::kDouble).unsqueeze(1);
        parameter.value.copy_((at::exp(-rate * t) * at::cos(3 * rate * t)).unsqueeze(0));
      } else if (parameter.name.ends_with("freq")) {  // slow sines: smooth filters
        parameter.value.mul_(0.2);
      } else if (parameter.name == "ab") {
        parameter.value.copy_(0.04 * random_tensor(parameter.value.sizes(), 3));  // |a| sums to less than 1
      }
    return out;
  }
  at::Tensor input(at::ScalarType type = at::kDouble) const { return random_input(1, 2, {16, kLength}, type); }
  static at::Tensor by_steps(Mixer& block, const at::Tensor& x, std::vector<std::int64_t>* carried = nullptr) {
    State state;
    std::vector<at::Tensor> out;
    for (std::int64_t t = 0; t < x.size(2); ++t) {
      out.push_back(block.step(x.select(2, t), state));
      if (carried) carried->push_back(state.numbers());
    }
    return at::stack(out, 2);
  }
};

INSTANTIATE_TEST_SUITE_P(Blocks, LongConvolutions,
                         ::testing::Values("hyena", "hyena_experts", "long_conv", "mh_hyena", "rtf"),
                         [](const auto& of) { return of.param; });

TEST_P(LongConvolutions, DistilWithinTheToleranceAndStepAsTheyGoForward) {
  const at::NoGradGuard constant;
  const auto block = mixer();
  const auto filters = block->long_filters();
  ASSERT_EQ(filters.size(2), kLength);
  const auto exact = block->forward(input());
  const auto found = std::make_shared<DistilledFilters>(distil(filters));
  EXPECT_LE(worst(*found, filters), 1e-3);
  block->use_distilled(found);
  const auto forward = block->forward(input());
  EXPECT_LT(relative_difference(forward, exact), 1e-2);
  EXPECT_LT(relative_difference(by_steps(*block, input()), forward), 1e-8);
  EXPECT_LT(relative_difference(block->long_filters(), filters), 1e-15) << "what was trained is kept";
  block->use_distilled(nullptr);
  EXPECT_TRUE(at::equal(block->forward(input()), exact));
}

TEST_P(LongConvolutions, CarryTheStatesOfTheirRecurrences) {
  const at::NoGradGuard constant;
  const auto block = mixer();
  const auto found = std::make_shared<DistilledFilters>(distil(block->long_filters()));
  block->use_distilled(found);
  std::vector<std::int64_t> carried;
  by_steps(*block, input(), &carried);
  const auto set = sheet().defaults();
  const auto lanes = GetParam() == "mh_hyena" ? set.count("head_size") * set.count("head_size") : 1;
  const auto cache = set.has("conv") ? (set.count("conv") - 1) * 3 * 16 : 0;
  EXPECT_EQ(carried, std::vector<std::int64_t>(kLength, found->numbers() * lanes + cache));
  const auto exact = sheet().cost(set, {16, kLength}).state;
  if (GetParam() == "rtf") {
    EXPECT_LE(found->numbers(), exact);
  } else if (GetParam() != "mh_hyena") {
    EXPECT_LT(found->numbers() + cache, exact / 2);
  }
}

TEST_P(LongConvolutions, StepInFloat32) {
  const at::NoGradGuard constant;
  const auto block = mixer(at::kFloat);
  block->use_distilled(std::make_shared<DistilledFilters>(distil(block->long_filters())));
  const auto forward = block->forward(input(at::kFloat));
  EXPECT_EQ(forward.scalar_type(), at::kFloat);
  EXPECT_LT(relative_difference(by_steps(*block, input(at::kFloat)), forward), 1e-4);
}

}  // namespace
}  // namespace madsearch
