#include "engine/worker/examination.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "support.h"

namespace madsearch {
namespace {

at::Tensor of(std::initializer_list<double> values) { return at::tensor(at::ArrayRef<double>(values), at::kDouble); }

Computed right() { return {of({1, -4, 2}), {{"input", of({10, 0})}, {"weight", of({2, 5})}, {"bias", of({0, 0})}}}; }

TEST(Examination, EqualNumbersAreNotApart) {
  const auto found = difference(right(), right());
  EXPECT_EQ(found.output, 0);
  EXPECT_EQ(found.gradient, 0);
}

TEST(Examination, AWrongOutputIsRelativeToTheLargestEntry) {
  auto wrong = right();
  wrong.output = of({1, -4, 2.2});
  EXPECT_NEAR(difference(wrong, right()).output, 0.2 / 4, 1e-12);
  EXPECT_EQ(difference(wrong, right()).gradient, 0);
}

TEST(Examination, TheWorstGradientIsNamed) {
  auto wrong = right();
  wrong.gradients["input"] = of({10.1, 0});
  wrong.gradients["weight"] = of({2, 5.2});
  const auto found = difference(wrong, right());
  EXPECT_NEAR(found.gradient, 0.2 / 5, 1e-12);
  EXPECT_EQ(found.worst, "weight");
}

TEST(Examination, AGradientThatCancelsIsHeldToAThousandthOfTheLargest) {
  auto rounded = right();
  rounded.gradients["bias"] = of({0, 1e-6});
  EXPECT_NEAR(difference(rounded, right()).gradient, 1e-6 / (1e-3 * 10), 1e-12);
}

TEST(Examination, WhatIsNoNumberOrMissingIsInfinitelyApart) {
  auto wrong = right();
  wrong.output = of({1, std::nan(""), 2});
  EXPECT_TRUE(std::isinf(difference(wrong, right()).output));
  wrong = right();
  wrong.gradients["bias"] = of({std::numeric_limits<double>::infinity(), 0});
  EXPECT_TRUE(std::isinf(difference(wrong, right()).gradient));
  wrong.gradients["bias"] = at::Tensor();
  EXPECT_TRUE(std::isinf(difference(wrong, right()).gradient));
  EXPECT_EQ(difference(wrong, right()).worst, "bias");
}

TEST(Examination, NamesWhatHasOtherBits) {
  EXPECT_EQ(unequal(right(), right()), "");
  auto again = right();
  again.gradients["weight"] = of({2, std::nextafter(5, 6)});
  EXPECT_EQ(unequal(right(), again), "weight");
  again.output = of({1, -4, std::nextafter(2, 1)});
  EXPECT_EQ(unequal(right(), again), "output");
}

TEST(Examination, WhatIsNoNumberTwiceHasTheSameBits) {
  auto one = right();
  one.output = of({1, std::nan(""), 2});
  EXPECT_EQ(unequal(one, one), "");
  EXPECT_EQ(unequal(one, right()), "output");
  one = right();
  one.gradients["bias"] = at::Tensor();
  EXPECT_EQ(unequal(one, one), "");
  EXPECT_EQ(unequal(one, right()), "bias");
}

TEST(Examination, EveryPrimitiveRepeatsItsBitsOnACpu) {
  for (const char* name : {"attention", "gated_delta_net", "mamba", "moe"})
    EXPECT_EQ(examine({"x", name, 16, 12, 2, 2, 1}, Runtime{}).unrepeated, "") << name;
}

TEST(Examination, ARecordingIsHeldToTheSame) {
  const ExamineRequest request{"x", "gated_delta_net", 16, 12, 2, 2, 1};
  const auto found =
      examine(request, Runtime{}, [](const auto& work) { return std::make_unique<testing::Again>(work); });
  EXPECT_EQ(found.recorded_error, std::max(found.output_error, found.gradient_error));
  EXPECT_GT(found.recorded_milliseconds, 0);
  EXPECT_EQ(found.unrecorded, "");
  const auto refused = examine(request, Runtime{}, [](const auto&) -> std::unique_ptr<Recording> {
    throw std::runtime_error("not permitted\nat all");
  });
  EXPECT_EQ(refused.unrecorded, "not permitted");
  EXPECT_EQ(refused.recorded_milliseconds, 0);
}

TEST(Examination, ABlockAgreesWithItselfInFloat64) {
  for (const char* name : {"attention", "gated_delta_net", "moe"}) {
    const auto found = examine({"x", name, 16, 12, 2, 2, 1}, Runtime{});
    EXPECT_EQ(found.id, "x");
    EXPECT_GT(found.output_error, 0) << name;  // float32 is not float64
    EXPECT_LT(found.output_error, 1e-4) << name;
    EXPECT_LT(found.gradient_error, 1e-3) << name << " " << found.gradient;
    EXPECT_GT(found.milliseconds, 0) << name;
  }
}

TEST(Examination, RefusesWhatItCanNotBuild) {
  EXPECT_THROW(examine({"x", "no_such_block", 16, 12, 2, 2, 1}, Runtime{}), std::invalid_argument);
  EXPECT_THROW(examine({"x", "attention", 18, 12, 2, 2, 1}, Runtime{}), std::invalid_argument);  // four heads
  EXPECT_THROW(examine({"x", "attention", 16, 12, 2, 0, 1}, Runtime{}), std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
