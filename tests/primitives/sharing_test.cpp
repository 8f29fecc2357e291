#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

Settings attention_with(const KnobValue& window, const KnobValue& kv_heads = "all", const std::string& rotary = "on") {
  auto out = find_primitive("attention")->defaults();
  out.set("kv_heads", kv_heads);
  out.set("window", window);
  out.set("rotary", rotary);
  return out;
}
Settings attention_with(const KnobValue& window, std::int64_t sinks) {
  auto out = attention_with(window);
  out.set("sinks", sinks);
  return out;
}

/// An owner of keys and values and a use that shares them.
struct Pair {
  std::unique_ptr<Mixer> owner, user;
  Pair(const Settings& first, const Settings& second, std::int64_t replicas = 2) {
    const auto build = build_for({16, 12}, replicas);
    owner = build_mixer("attention", first, build.inside("owner"));
    user = build_mixer("attention", second, build.inside("user"), owner.get());
    move_parameters(*owner);
  }
  at::Tensor weight(const Mixer& block) const { return block.parameters().front().value; }
};

at::Tensor input(std::int64_t replicas = 2) { return random_input(replicas, 3, {16, 12}); }

TEST(SharedKeysAndValues, AreThoseOfTheOwner) {
  const at::NoGradGuard constant;
  for (const auto& kv_heads : {KnobValue("all"), KnobValue(2)})
    for (const auto& windows : {std::pair(KnobValue("none"), KnobValue(5)), std::pair(KnobValue(3), KnobValue("none")),
                                std::pair(KnobValue(1, 4), KnobValue(5))}) {
      Pair pair(attention_with(windows.first, kv_heads), attention_with(windows.second, kv_heads));
      const auto whole = build_mixer("attention", attention_with(windows.second, kv_heads), build_for({16, 12}, 2));
      pair.weight(*whole).copy_(at::cat({pair.weight(*pair.user), pair.weight(*pair.owner).slice(1, 16)}, 1));
      whole->parameters()[1].value.copy_(pair.user->parameters()[1].value);
      pair.owner->forward(input());
      EXPECT_LT(relative_difference(pair.user->forward(input()), whole->forward(input())), 1e-13);
    }
}

/// Steps through both and returns the owner's state.
State expect_steps(Pair& pair, const at::Tensor& first, const at::Tensor& second) {
  State owner, user;
  for (std::int64_t t = 0; t < 12; ++t) {
    EXPECT_LT(relative_difference(pair.owner->step(input().select(2, t), owner), first.select(2, t)), 1e-12) << t;
    EXPECT_LT(relative_difference(pair.user->step(input().select(2, t) * 0.5, user), second.select(2, t)), 1e-12) << t;
  }
  EXPECT_EQ(user.numbers(), 0);
  return owner;
}

TEST(SharedKeysAndValues, AreDecodedAsForwardSeesThem) {
  const at::NoGradGuard constant;
  for (const auto& windows : {std::pair(KnobValue("none"), KnobValue(5)), std::pair(KnobValue(3), KnobValue("none")),
                              std::pair(KnobValue(3), KnobValue(6)), std::pair(KnobValue(2), KnobValue(1, 4)),
                              std::pair(KnobValue(1, 4), KnobValue(2)), std::pair(KnobValue(1, 3), KnobValue(1, 4))}) {
    Pair pair(attention_with(windows.first), attention_with(windows.second));
    const auto first = pair.owner->forward(input());
    const auto second = pair.user->forward(input() * 0.5);
    const auto owner = expect_steps(pair, first, second);
    const auto cost = [&](const KnobValue& window) {
      return find_primitive("attention")->cost(attention_with(window), {16, 12}).state;
    };
    EXPECT_EQ(owner.numbers(),
              std::max(cost(windows.first), cost(windows.second)));  // counted once, at the largest window
  }
}

TEST(SharedKeysAndValues, AreKeptForTheLargestWindowAndTheMostSinks) {
  const at::NoGradGuard constant;
  const auto full = attention_with("none");
  const auto wide = attention_with(5, 0);
  const auto sunk = attention_with(3, 2);
  for (const auto& [a, b, kept] :
       {std::tuple(wide, sunk, 7), std::tuple(sunk, wide, 7), std::tuple(full, sunk, 12), std::tuple(sunk, full, 12)}) {
    Pair pair(a, b);
    const auto first = pair.owner->forward(input());
    const auto second = pair.user->forward(input() * 0.5);
    EXPECT_EQ(expect_steps(pair, first, second).numbers(), 2 * 16 * kept);
  }
}

at::Tensor of(const Mixer& block, const std::string& name) {
  for (const auto& parameter : block.parameters())
    if (parameter.name == name) return parameter.value;
  throw std::invalid_argument("no parameter " + name);
}

TEST(SharedKeysAndValues, AreNormalisedByTheirOwner) {
  const at::NoGradGuard constant;
  auto set = attention_with(5);
  set.set("qk_norm", "on");
  Pair pair(set, set);
  move_parameters(*pair.user);
  const auto whole = build_mixer("attention", set, build_for({16, 12}, 2));
  of(*whole, "Wqkv.weight")
      .copy_(at::cat({of(*pair.user, "Wqkv.weight"), of(*pair.owner, "Wqkv.weight").slice(1, 16)}, 1));
  for (const auto* name : {"out_proj.weight", "q_norm.weight"}) of(*whole, name).copy_(of(*pair.user, name));
  of(*whole, "k_norm.weight").copy_(of(*pair.owner, "k_norm.weight"));
  EXPECT_THROW(of(*pair.user, "k_norm.weight"), std::invalid_argument);
  const auto first = pair.owner->forward(input());
  EXPECT_LT(relative_difference(pair.user->forward(input()), whole->forward(input())), 1e-13);
  expect_steps(pair, first, pair.user->forward(input() * 0.5));
}

TEST(SharedKeysAndValues, AreConvolvedByTheirOwner) {
  const at::NoGradGuard constant;
  auto set = attention_with(5);
  set.set("conv", 4);
  Pair pair(set, set);
  move_parameters(*pair.user);
  const auto whole = build_mixer("attention", set, build_for({16, 12}, 2));
  for (const auto* name : {"Wqkv.weight", "conv.conv1d.weight"})
    of(*whole, name).copy_(at::cat({of(*pair.user, name), of(*pair.owner, name).slice(1, 16)}, 1));
  of(*whole, "out_proj.weight").copy_(of(*pair.user, "out_proj.weight"));
  const auto first = pair.owner->forward(input());
  EXPECT_LT(relative_difference(pair.user->forward(input()), whole->forward(input())), 1e-13);
  const auto second = pair.user->forward(input() * 0.5);
  State owner, user;
  for (std::int64_t t = 0; t < 12; ++t) {
    EXPECT_LT(relative_difference(pair.owner->step(input().select(2, t), owner), first.select(2, t)), 1e-12) << t;
    EXPECT_LT(relative_difference(pair.user->step(input().select(2, t) * 0.5, user), second.select(2, t)), 1e-12) << t;
  }
  EXPECT_EQ(owner.numbers(), find_primitive("attention")->cost(set, {16, 12}).state);
  EXPECT_EQ(user.numbers(), 3 * 16);  // what the convolution over its queries still sees
}

TEST(SharedKeysAndValues, TrainTheOwnersProjections) {
  Pair pair(attention_with("none"), attention_with("none"));
  pair.owner->forward(input());
  pair.user->forward(input()).sum().backward();
  const auto gradient = pair.weight(*pair.owner).grad();
  EXPECT_EQ(gradient.slice(1, 0, 16).abs().max().item<double>(), 0);  // its queries were not read
  EXPECT_GT(gradient.slice(1, 16, 32).abs().max().item<double>(), 0);
  EXPECT_GT(gradient.slice(1, 32, 48).abs().max().item<double>(), 0);
  EXPECT_EQ(pair.weight(*pair.user).size(1), 16);  // a use has queries only
}

TEST(SharedKeysAndValues, NeedTheSameHeads) {
  EXPECT_THROW(Pair(attention_with("none"), attention_with("none", 2)), std::invalid_argument);
  EXPECT_THROW(Pair(attention_with("none"), attention_with("none", "all", "off")), std::invalid_argument);
  auto normed = attention_with("none");
  normed.set("qk_norm", "on");
  EXPECT_THROW(Pair(attention_with("none"), normed), std::invalid_argument);
  auto convolved = attention_with("none");
  convolved.set("conv", 4);
  EXPECT_THROW(Pair(attention_with("none"), convolved), std::invalid_argument);
  Pair pair(attention_with("none"), attention_with(4));
  EXPECT_THROW(build_mixer("attention", attention_with("none"), build_for({16, 12}, 2), pair.user.get()),
               std::invalid_argument);
}

}  // namespace
}  // namespace madsearch
