#include "engine/worker/optimizer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "primitives/mixer.h"

namespace madsearch {
namespace {

/// A matrix and a bias, R replicas, float64.
struct Toy : Module {
  explicit Toy(std::int64_t R) {
    parameter("weight", weight, at::arange(R * 6, at::kDouble).view({R, 2, 3}) / 10 - 0.2);
    parameter("bias", bias, at::arange(R * 2, at::kDouble).view({R, 2}) / 10 + 0.1);
  }
  at::Tensor loss() const { return (weight.pow(3).sum() + bias.sin().sum()); }
  at::Tensor weight, bias;
};

/// The recurrence of the header on one number.
double by_hand(double p, double rate, double decay, int steps, const std::function<double(double)>& gradient,
               double beta2 = 0.999) {
  double m = 0;
  double v = 0;
  for (int t = 1; t <= steps; ++t) {
    const double g = gradient(p);
    p -= rate * decay * p;
    m = 0.9 * m + 0.1 * g;
    v = beta2 * v + (1 - beta2) * g * g;
    p -= rate * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(beta2, t))) + 1e-8);
  }
  return p;
}

void steps(Toy& toy, AdamW& optimizer, int n) {
  for (int i = 0; i < n; ++i) {
    toy.loss().backward();
    optimizer.step(1);
  }
}

TEST(AdamW, FollowsItsEquationWithARateAndADecayForEachReplica) {
  Toy toy(2);
  const auto start = toy.weight.detach().clone();
  const auto bias = toy.bias.detach().clone();
  AdamW optimizer(toy, {1e-2, 3e-2}, {0.1, 0.5}, {});
  steps(toy, optimizer, 5);
  for (int r = 0; r < 2; ++r) {
    const double rate = r ? 3e-2 : 1e-2;
    const double decay = r ? 0.5 : 0.1;
    EXPECT_NEAR(toy.weight[r][1][2].item<double>(),
                by_hand(start[r][1][2].item<double>(), rate, decay, 5, [](double p) { return 3 * p * p; }), 1e-12);
    EXPECT_NEAR(toy.bias[r][1].item<double>(),
                by_hand(bias[r][1].item<double>(), rate, decay, 5, [](double p) { return std::cos(p); }), 1e-12);
  }
}

TEST(AdamW, SparesBiasesWhenOnlyMatricesDecay) {
  Toy toy(1);
  const auto start = toy.weight.detach().clone();
  const auto bias = toy.bias.detach().clone();
  AdamW optimizer(toy, {1e-2}, {0.5}, {.decay = Decayed::kMatrices});
  steps(toy, optimizer, 3);
  EXPECT_NEAR(toy.bias[0][0].item<double>(),
              by_hand(bias[0][0].item<double>(), 1e-2, 0, 3, [](double p) { return std::cos(p); }), 1e-12);
  EXPECT_NEAR(toy.weight[0][0][0].item<double>(),
              by_hand(start[0][0][0].item<double>(), 1e-2, 0.5, 3, [](double p) { return 3 * p * p; }), 1e-12);
}

TEST(AdamW, GoesOnAsBeforeWithTheReplicasThatAreKept) {
  Toy three(3), alone(3);
  AdamW a(three, {1e-2, 2e-2, 3e-2}, {0, 0.1, 0.2}, {}), b(alone, {1e-2, 2e-2, 3e-2}, {0, 0.1, 0.2}, {});
  steps(three, a, 2);
  steps(alone, b, 2);
  a.select_replicas({0, 2});
  ASSERT_EQ(three.weight.size(0), 2);
  steps(three, a, 3);
  steps(alone, b, 3);
  EXPECT_TRUE(at::equal(three.weight[1], alone.weight[2]));
  EXPECT_TRUE(at::equal(three.bias[0], alone.bias[0]));
}

TEST(AdamW, TakesTheSameStepsInTheFormThatGpusUse) {
  for (const double clip : {0.0, 0.5}) {
    Toy loops(2), vectors(2);
    AdamW::Options options{.decay = Decayed::kMatrices, .clip = clip};
    AdamW a(loops, {1e-2, 3e-2}, {0.1, 0.5}, options);
    options.vectors = true;
    AdamW b(vectors, {1e-2, 3e-2}, {0.1, 0.5}, options);
    for (int i = 0; i < 4; ++i) {
      loops.loss().backward(), vectors.loss().backward();
      const auto factor = 1 - 0.2 * i;
      a.step(factor), b.step(factor);
    }
    EXPECT_TRUE(at::allclose(a.values(), b.values(), 1e-12, 1e-12)) << clip;
  }
}

TEST(AdamW, RestoresAReplica) {
  Toy toy(2);
  AdamW optimizer(toy, {1e-2, 1e-2}, {0, 0}, {});
  const auto before = toy.weight.detach().clone();
  const auto kept = optimizer.replica(1);
  steps(toy, optimizer, 1);
  optimizer.restore(1, kept);
  EXPECT_TRUE(at::equal(toy.weight[1], before[1]));
  EXPECT_FALSE(at::equal(toy.weight[0], before[0]));
}

TEST(AdamW, ClipsTheNormOfEachReplica) {
  Toy toy(2), large(2);
  AdamW a(toy, {1e-2, 1e-2}, {0, 0}, {.clip = 1e-3}), b(large, {1e-2, 1e-2}, {0, 0}, {.clip = 1e-3});
  toy.loss().backward();
  (large.loss() * 10).backward();
  a.step(1);
  b.step(1);
  EXPECT_LT((toy.weight - large.weight).abs().max().item<double>(), 1e-12);
}

}  // namespace
}  // namespace madsearch
