#include "search/architecture/graph.h"

#include <gtest/gtest.h>

#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

constexpr Shape kShape{32, 64};

Genome solved(const std::string& design, Shape shape = kShape) {
  return solve_sizes(canonical(parse(design)), shape).genome;
}
std::string why(const std::string& design) { return invalid(solved(design), kShape); }

TEST(Graph, HoldsInputBlocksMergesAndOutputInOrder) {
  const Graph graph(parse("attention (mamba + gla swiglu) swiglu"));
  std::vector<Node::Type> types;
  for (const auto& node : graph.nodes()) types.push_back(node.type);
  using enum Node::Type;
  EXPECT_EQ(types, (std::vector{kInput, kBlock, kBlock, kBlock, kBlock, kMerge, kBlock, kOutput}));
  EXPECT_EQ(graph.nodes()[5].inputs, (std::vector<std::size_t>{1, 2, 4}));
}

TEST(Graph, PointsSharedBlocksAtTheirOwner) {
  const Graph graph(canonical(parse("attention@x attention@x attention{window=8}@x:kv")));
  EXPECT_EQ(graph.nodes()[2].weights, 1u);
  EXPECT_EQ(graph.nodes()[2].keys_values, 2u);  // shared weights, keys and values of its own
  EXPECT_EQ(graph.nodes()[3].weights, 3u);
  EXPECT_EQ(graph.nodes()[3].keys_values, 1u);
}

TEST(Graph, DrawsEveryVertexAndTheSharing) {
  const auto dot = Graph(parse("attention{heads=2}@a attention{heads=2}@a")).dot("two");
  EXPECT_NE(dot.find("label=\"two\""), std::string::npos);
  EXPECT_NE(dot.find("attention\\nheads=2\\n@a"), std::string::npos);
  EXPECT_NE(dot.find("1->2 [style=dashed"), std::string::npos);
}

TEST(Cost, AddsTheBlocksTheirNormsAndTheUnembedding) {
  const auto* attention = find_primitive("attention");
  const auto one = attention->cost(attention->defaults(), kShape);
  const auto two = cost(solved("attention attention"), kShape, 100);
  EXPECT_EQ(two.parameters, 2 * (one.parameters + 32));
  EXPECT_EQ(two.state, 2 * one.state);
  EXPECT_EQ(two.flops, 2 * (one.flops + 4 * 64 * 32) + 2 * 64 * 32 * 100);
}

TEST(Cost, CountsSharedWeightsOnceAndTheirStatesTwice) {
  const auto once = cost(solved("attention"), kShape);
  const auto shared = cost(solved("attention@a attention@a"), kShape);
  EXPECT_EQ(shared.parameters, once.parameters + 32);  // each use has a norm of its own
  EXPECT_EQ(shared.state, 2 * once.state);
}

TEST(Cost, CountsASharedCacheOnceAtTheLargestWindow) {
  const auto full = cost(solved("attention"), kShape);
  const auto shared = cost(solved("attention{window=8}@a attention@a:kv"), kShape);
  EXPECT_EQ(shared.state, full.state);
  EXPECT_EQ(shared.parameters, 2 * full.parameters - 2 * 32 * 32);  // the second has no key and value projections
}

TEST(Cost, CountsASharedCacheWithTheWindowAndTheSinksOfAllItsUses) {
  const auto shared = cost(
      solved("attention{window=16}@a attention{window=8, sinks=4}@a:kv attention{window=8, sinks=1}@a:kv"), kShape);
  EXPECT_EQ(shared.state, 2 * 32 * (16 + 4));
  const auto full = cost(solved("attention"), kShape);
  EXPECT_EQ(cost(solved("attention@a attention{window=8, sinks=4}@a:kv"), kShape).state, full.state);
  EXPECT_EQ(cost(solved("attention{window=8, sinks=4}@a attention@a:kv"), kShape).state, full.state);
}

TEST(Cost, DecidesAtTheLengthWhichOfTwoSharedWindowsIsTheLarger) {
  const auto state = [](const char* design, std::int64_t length) {
    return std::int64_t{cost(solved(design), {32, length}).state};
  };
  for (const auto* design : {"attention{window=16}@a attention{window=1/8, sinks=4}@a:kv",
                             "attention{window=1/8}@a attention{window=16, sinks=4}@a:kv"}) {
    EXPECT_EQ(state(design, 64), 2 * 32 * (16 + 4)) << design;
    EXPECT_EQ(state(design, 256), 2 * 32 * (32 + 4)) << design;
    EXPECT_EQ(state(design, 8), 2 * 32 * 8) << design;
  }
  EXPECT_EQ(state("attention{window=1/4}@a attention{window=1/8}@a:kv", 4096), 2 * 32 * 1024);
}

TEST(Cost, LeavesTheNormOfKeysToTheirOwner) {
  const auto one = cost(solved("attention{qk_norm=on}"), kShape);
  const auto plain = cost(solved("attention"), kShape);
  EXPECT_EQ(one.parameters, plain.parameters + 2 * 8);
  EXPECT_EQ(cost(solved("attention{qk_norm=on}@a attention{qk_norm=on}@a:kv"), kShape).parameters,
            2 * one.parameters - 2 * 32 * 32 - 8);
}

TEST(Cost, LeavesTheConvolutionOfKeysAndValuesToTheirOwner) {
  const auto one = cost(solved("attention{conv=4}"), kShape);
  const auto both = cost(solved("attention{conv=4}@a attention{conv=4}@a:kv"), kShape);
  EXPECT_EQ(both.parameters, 2 * one.parameters - 2 * 32 * 32 - 4 * 2 * 32);
  EXPECT_EQ(both.state, one.state + 3 * 32);  // each use convolves queries of its own
  EXPECT_EQ(both.state_mad, one.state_mad);
  const auto apart = cost(solved("attention{conv=4} attention{conv=4}"), kShape);
  EXPECT_EQ(apart.flops - both.flops, 2 * kShape.length * 2 * 32 * (32 + 4));
}

TEST(Cost, ActiveParametersLeaveOutIdleExperts) {
  const auto spent = cost(solved("attention moe{experts=4, active=1}"), kShape);
  EXPECT_LT(spent.active(), spent.parameters);
}

TEST(Validity, NamesTheBlockAndTheReason) {
  EXPECT_EQ(why("attention{heads=3}"), "attention: heads=3 does not divide width 32");
  EXPECT_EQ(why("attention{heads=2}@a attention{heads=4}@a"),
            "blocks of label @a must have the same knobs to share weights");
  EXPECT_EQ(why("attention@a mamba@a"), "label @a stands at attention and at mamba; one label shares one weight set");
  EXPECT_EQ(why("attention{heads=2}@a attention{heads=4}@a:kv"),
            "attention@a:kv must have the heads of the block whose keys and values it shares (2)");
  EXPECT_EQ(why("attention{conv=4}@a attention@a:kv"),
            "attention@a:kv must have the conv of the block whose keys and values it shares (4)");
  EXPECT_EQ(why("attention@a:kv attention@a"),
            "attention@a:kv must come after the block that owns its keys and values, in series");
  EXPECT_EQ(why("(attention@a + attention@a:kv)"),
            "attention@a:kv must come after the block that owns its keys and values, in series");
  EXPECT_EQ(why("(attention@a + mamba) attention@a:kv"), "");
  EXPECT_EQ(why("attention@a (attention{window=8}@a:kv + mamba)"), "");
}

TEST(Sizes, MakeActiveParametersEqualAtWidth1024AndKeepThatRatio) {
  for (const auto* design :
       {"attention swiglu mamba swiglu", "gla mlp gla swiglu", "[hyena swiglu]x2", "attention moe{shared=1} gla moe",
        "attention rwkv_channel gla rwkv_channel{gate=off}", "attention moe{shared=2, active=1} gla identity",
        "attention moe{experts=2, shared=2} rwkv5 moe{shared=1, active=1}",
        "attention swiglu{conv=4} mamba mlp{conv=3}", "gla rwkv_channel{conv=4} gla swiglu"}) {
    const Shape wide{1024, 64};
    const auto at_wide = solve_sizes(parse(design), wide);
    EXPECT_TRUE(at_wide.within) << design;
    EXPECT_NEAR(at_wide.residual, 0, 0.05) << design;
    for (const auto width : {32, 64, 128, 256}) {
      const Shape shape{width, 64};
      const auto sized = solve_sizes(parse(design), shape);
      EXPECT_TRUE(sized.within) << design << " " << width;
      const auto target = static_cast<double>(transformer_parameters(4, shape));
      EXPECT_NEAR(sized.residual, static_cast<double>(cost(sized.genome, shape).active()) / target - 1, 1e-12);
      EXPECT_NEAR(sized.residual, 0, 5.0 / width + 0.05) << design;  // gates and convolutions weigh more when narrow
      const auto here = blocks(std::as_const(sized.genome));
      const auto there = blocks(std::as_const(at_wide.genome));
      for (std::size_t i = 0; i < here.size(); ++i)
        if (here[i]->settings.has("inner") && here[i]->primitive != "hyena") {
          const auto inner = here[i]->settings.at("inner").of(width);
          EXPECT_NEAR(static_cast<double>(inner), there[i]->settings.at("inner").real() * width, 1 + 1e-9) << design;
          EXPECT_EQ(inner % 2, 0) << design << " " << width;
        }
    }
  }
}

TEST(Sizes, AreMultiplesOf16AtTheirOwnWidthUnderMadLab) {
  const Shape shape{128, 64, Protocol::kMadLab};
  const auto sized = solve_sizes(parse("[hyena swiglu]x2"), shape);
  const auto inner = blocks(std::as_const(sized.genome)).back()->settings.at("inner").of(128);
  EXPECT_EQ(inner % 16, 0);
  EXPECT_NEAR(sized.residual, 0, 0.05);
  const auto transformer = solve_sizes(parse("[attention swiglu]x2"), shape);
  EXPECT_EQ(blocks(std::as_const(transformer.genome)).back()->settings.at("inner").of(128), 352);  // 341 up to 16
}

TEST(Sizes, TakeAnotherTargetInTheSameProportion) {
  const Shape shape{64, 64};
  const auto target = transformer_parameters(4, shape) * 5 / 4;
  const auto sized = solve_sizes(parse("[attention swiglu]x2"), shape, target);
  EXPECT_NEAR(sized.residual, 0, 0.02);
  EXPECT_TRUE(sized.alike());
  EXPECT_NEAR(static_cast<double>(cost(sized.genome, shape).active()) / static_cast<double>(target), 1, 0.02);
}

TEST(Sizes, SayHowFarADesignThatFixesItsOwnIsOff) {
  const auto sized = solve_sizes(parse("[mamba]x4"), {32, 64});
  EXPECT_TRUE(sized.fixed);
  EXPECT_FALSE(sized.alike());
  EXPECT_NEAR(sized.residual, 39808.0 / 24832 - 1, 1e-12);
}

TEST(Sizes, FitTheParametersOfOneWidth) {
  const Shape shape{96, 64};
  const auto target = transformer_parameters(4, shape) * 11 / 10;
  const auto fitted = fit_sizes(parse("attention swiglu mamba swiglu"), shape, target);
  EXPECT_NEAR(static_cast<double>(cost(fitted, shape).active()) / static_cast<double>(target), 1, 0.01);
  EXPECT_EQ(fit_sizes(parse("mamba mamba"), shape, target), parse("mamba mamba"));
}

TEST(Sizes, TransformerIsItsOwnMeasure) {
  for (const auto width : {32, 64, 128}) {
    const Shape shape{width, 64};
    const auto sized = solve_sizes(parse("[attention swiglu]x4"), shape);
    EXPECT_TRUE(sized.within);
    EXPECT_EQ(cost(sized.genome, shape).active(), transformer_parameters(8, shape));
  }
}

TEST(Sizes, GiveTheParametersOfAnEmptyStageToTheOthers) {
  const auto inner = [](const std::string& design) {
    const auto genome = solved(design);
    for (const auto* block : blocks(genome))
      if (block->primitive == "swiglu") return block->settings.at("inner").of(kShape.width);
    return std::int64_t{0};
  };
  const auto full = inner("attention swiglu gla swiglu");
  const auto one = inner("attention swiglu gla identity");
  EXPECT_GT(one, full + 64);
  const auto none = solve_sizes(parse("attention identity"), kShape);
  EXPECT_TRUE(none.fixed);
  EXPECT_FALSE(none.within);
  EXPECT_EQ(cost(none.genome, kShape).active(), cost(parse("attention"), kShape).active() + kShape.width);  // its norm
}

TEST(Cost, IsRightOrSaysThatItIsTooLarge) {
  const auto sentence = [](const std::string& design, Shape shape) -> std::string {
    try {
      const auto spent = cost(solve_sizes(parse(design), shape).genome, shape);
      EXPECT_GT(spent.flops, 0);
      return "counted";
    } catch (const TooLarge& error) {
      return error.what();
    }
  };
  EXPECT_EQ(sentence("attention swiglu", {16'384, 8'388'608}), "counted");
  EXPECT_EQ(sentence("attention swiglu", {16'384, 16'777'216}),
            "parameters, FLOPs or state exceed 9.2e18, the most that is counted, at width 16384 and length 16777216");
  EXPECT_EQ(sentence("[attention]x64 [attention]x64", {8192, 4'194'304}),  // the sum alone
            "parameters, FLOPs or state exceed 9.2e18, the most that is counted, at width 8192 and length 4194304");
  EXPECT_EQ(cost(parse("identity"), {4, 1'000'000'000'000}, 100'000).flops, 800'016'000'000'000'000);
  EXPECT_THROW(cost(parse("identity"), {65'536, 1 << 30}, 1 << 30), TooLarge);
}

/// Every primitive at its largest knobs: no cost wraps, whatever a sheet computes.
TEST(Cost, GrowsWithTheLengthUpToTheLastThatIsCounted) {
  for (const auto& primitive : primitives()) {
    const Block block{primitive.name, primitive.defaults(), "", false};
    const Genome genome{{{block, {}}, {parse("swiglu").stages.front().block, {}}}};
    Count last = 0;
    for (std::int64_t length = 1; length < std::int64_t{1} << 40; length *= 2) {
      try {
        const auto flops = cost(solve_sizes(genome, {64, length}).genome, {64, length}).flops;
        EXPECT_GT(flops, last) << primitive.name << " at length " << length;
        last = flops;
      } catch (const TooLarge&) {
        EXPECT_GT(length, 1 << 20) << primitive.name;
        break;
      }
    }
  }
}

TEST(Sizes, LeaveADesignThatFixesItsOwn) {
  const auto sized = solve_sizes(parse("mamba mamba"), kShape);
  EXPECT_TRUE(sized.fixed);
  EXPECT_FALSE(sized.within);
}

}  // namespace
}  // namespace madsearch
