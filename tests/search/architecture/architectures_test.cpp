#include "search/architecture/architectures.h"

#include <gtest/gtest.h>

#include "search/architecture/cost.h"
#include "search/architecture/crossovers/crossover.h"
#include "search/architecture/editing.h"
#include "search/architecture/mutations/mutation.h"
#include "search/architecture/parser.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

ArchitectureLimits limits() {
  return {.primitives = {"attention", "gla", "hyena", "identity", "linear_attention", "mamba", "mh_hyena", "mlp", "moe",
                         "rwkv_channel", "swiglu"},
          .stages = 6,
          .shape = {32, 64},
          .widths = {64},
          .max_window = 16};
}

std::vector<Shape> shapes() { return {{32, 64}, {64, 64}}; }

/// Valid at the shape once sizes are solved: what every operator owes, whatever the limits of the search.
std::string problem(const Genome& genome) { return invalid(solve_sizes(canonical(genome), {32, 64}).genome, {32, 64}); }

/// Whatever the default: mamba and delta_net have the convolution, attention and gla have none.
TEST(Alphabet, DrawsTheShortConvolutionAlikeForAllPrimitives) {
  const std::vector<std::string> names = {"attention", "gla", "delta_net", "mamba"};
  const Alphabet alphabet(names, shapes(), 16);
  Rng rng{Seed{5}};
  for (const auto& name : names) {
    int with = 0;
    for (int i = 0; i < 1000; ++i) with += !alphabet.draw(name, rng).settings.at("conv").is_word();
    EXPECT_NEAR(with, 500, 60) << name;
  }
}

TEST(ChangeKnob, ChangesHowBranchesAreMerged) {
  const Alphabet alphabet({"identity", "attention"}, shapes(), 16);
  Rng rng{Seed{5}};
  const auto parent = parse("(identity + identity)");
  EXPECT_EQ(text(change_knob().apply(parent, alphabet, rng)).substr(0, 28), "(identity + identity){merge=");
}

class EveryMutation : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryMutation, MakesValidChildrenAndLeavesTheParentAlone) {
  const auto& mutation = mutations()[GetParam()];
  const Architectures space(limits());
  const Alphabet alphabet(limits().primitives, shapes(), 16);
  Rng rng{Seed{7}.derive(mutation.name)};
  int changed = 0;
  int too_deep = 0;
  for (int i = 0; i < 1000; ++i) {
    auto parent =
        parse_expanded(space.mutate(space.random(rng).value(), 1 + static_cast<int>(below(rng, 4)), rng).text);
    if (chance(rng, 0.3)) parent = share().apply(parent, alphabet, rng);
    if (chance(rng, 0.3)) parent = branch().apply(parent, alphabet, rng);
    if (!problem(parent).empty()) continue;
    const auto before = parent;
    const auto child = mutation.apply(parent, alphabet, rng);
    ASSERT_EQ(parent, before);
    const auto sentence = problem(child);
    if (sentence == "parallel branches are nested at most 2 deep") {
      ++too_deep;  // the caller draws again
      continue;
    }
    ASSERT_EQ(sentence, "") << text(parent) << " -> " << text(child);
    ASSERT_EQ(block_count(child), 6) << text(parent) << " -> " << text(child);
    changed += text(child) != text(parent);
  }
  EXPECT_GT(changed, 100);
  EXPECT_LT(too_deep, 100);
}

INSTANTIATE_TEST_SUITE_P(Mutations, EveryMutation, testing::Range<std::size_t>(0, mutations().size()),
                         [](const auto& row) { return mutations()[row.param].name; });

class EveryCrossover : public testing::TestWithParam<std::size_t> {};

TEST_P(EveryCrossover, MakesValidChildrenOfBothParents) {
  const auto& crossover = crossovers()[GetParam()];
  const Architectures space(limits());
  Rng rng{Seed{7}.derive(crossover.name)};
  int mixed = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto a = parse_expanded(space.mutate(space.random(rng).value(), 3, rng).text);
    const auto b = parse_expanded(space.mutate(space.random(rng).value(), 3, rng).text);
    const auto before_a = a;
    const auto before_b = b;
    const auto child = crossover.apply(a, b, rng);
    ASSERT_EQ(a, before_a);
    ASSERT_EQ(b, before_b);
    ASSERT_EQ(problem(child), "") << text(child);
    ASSERT_EQ(block_count(child), 6);
    mixed += text(child) != text(a) && text(child) != text(b);
  }
  EXPECT_GT(mixed, 500);
}

INSTANTIATE_TEST_SUITE_P(Crossovers, EveryCrossover, testing::Range<std::size_t>(0, crossovers().size()),
                         [](const auto& row) { return crossovers()[row.param].name; });

TEST(Architectures, KeepEveryLimitOverTenThousandCandidates) {
  auto bounded = limits();
  bounded.max_state = 10'000;
  const Architectures space(bounded);
  Rng rng{Seed{3}};
  auto a = space.random(rng).value();
  auto b = space.random(rng).value();
  for (int i = 0; i < 10'000; ++i) {
    const auto child = chance(rng, 0.3) ? space.cross(a, b, rng) : space.mutate(a, 1 + poisson(rng, 0.5), rng);
    const auto genome = parse_expanded(child.text);
    ASSERT_EQ(space.refusal(genome), "") << child.text;
    ASSERT_EQ(expanded_text(genome), child.text);
    ASSERT_LE(cost(space.sized(genome).genome, bounded.shape).state, 10'000);
    b = std::exchange(a, child.text);
    if (i % 50 == 0) a = space.random(rng).value();
  }
}

TEST(Architectures, SayWhyACandidateIsRefused) {
  auto few = limits();
  few.stages = 2;
  few.primitives = {"attention", "swiglu"};
  few.max_state = 4000;
  few.parallel = false;
  const Architectures space(few);
  EXPECT_EQ(space.refusal(parse("attention swiglu attention swiglu")), "it has 4 blocks, not 2");
  EXPECT_EQ(space.refusal(parse("swiglu swiglu")), "it has no sequence mixer");
  EXPECT_EQ(space.refusal(parse("mamba swiglu")), "mamba is not among the primitives of the search");
  EXPECT_EQ(space.refusal(parse("mamba swiglu"), true), "");
  EXPECT_EQ(space.refusal(parse("attention{window=32} swiglu")), "window=32 is above 16");
  EXPECT_EQ(space.refusal(parse("attention{window=16, sinks=1} swiglu")), "window=16 and sinks=1 are above 16");
  EXPECT_EQ(space.refusal(parse("attention{window=12, sinks=4} swiglu")), "");
  EXPECT_EQ(space.refusal(parse("attention{window=1/4} swiglu")), "");
  EXPECT_EQ(space.refusal(parse("attention{window=1/8, sinks=4} swiglu")), "");
  EXPECT_EQ(space.refusal(parse("attention{window=1/3} swiglu")), "window=1/3 is above a quarter of 64 tokens");
  EXPECT_EQ(space.refusal(parse("attention{window=1/3} swiglu"), true), "");
  EXPECT_EQ(space.refusal(parse("attention{window=1/4, sinks=1} swiglu")),
            "window=1/4 and sinks=1 are above a quarter of 64 tokens");
  EXPECT_EQ(space.refusal(parse("attention swiglu")), "state 4096 is above the limit 4000");
  EXPECT_EQ(space.refusal(parse("(attention{window=8} + swiglu)")), "parallel branches are switched off");
  EXPECT_EQ(space.refusal(parse("attention{heads=3, window=8} swiglu")),
            "attention: heads=3 does not divide width 32 (width 32)");
}

TEST(Architectures, CountStateWhereItIsDeclared) {
  auto served = limits();
  served.stages = 2;
  served.state_length = 4096;
  served.max_state = 2 * 32 * 512;
  const Architectures space(served);
  EXPECT_EQ(space.refusal(parse("attention swiglu")), "state 262144 is above the limit 32768");
  EXPECT_EQ(space.refusal(parse("attention{window=1/8} swiglu")), "");
  EXPECT_EQ(space.refusal(parse("attention{window=1/4} swiglu")), "state 65536 is above the limit 32768");
  EXPECT_EQ(space.refusal(parse("attention{window=8} swiglu")), "");
  EXPECT_EQ(space.bin("attention swiglu"), 10);  // 262144 numbers
}

TEST(Alphabet, HasNoSinksWhereTheShortestWindowLeavesThemNoRoom) {
  const auto sinks = [](std::int64_t max_window) {
    return Alphabet({"attention"}, shapes(), max_window).values("attention", "sinks");
  };
  EXPECT_EQ(sinks(0), (std::vector<KnobValue>{0, 4, 1}));
  EXPECT_EQ(sinks(7), (std::vector<KnobValue>{0, 1}));  // window=1/8 is the shortest, 4 of 28
  EXPECT_EQ(sinks(1), (std::vector<KnobValue>{0}));
  const Alphabet alphabet({"attention"}, shapes(), 16);
  Rng rng{Seed{3}};
  bool both = false;
  for (int i = 0; i < 1000; ++i) {
    const auto set = alphabet.draw("attention", rng).settings;
    if (set.at("window").is_word()) continue;
    EXPECT_LE(set.at("window").share_of(64) + set.count("sinks"), 16);
    both |= set.count("sinks") > 0;
  }
  EXPECT_TRUE(both);
}

TEST(Architectures, BinIsTheHalfDecadeOfState) {
  auto two = limits();
  two.stages = 2;
  const Architectures space(two);
  EXPECT_EQ(space.bin("attention swiglu"), 7);            // 4096 numbers
  EXPECT_EQ(space.bin("attention{window=8} swiglu"), 5);  // 512
}

}  // namespace
}  // namespace madsearch
