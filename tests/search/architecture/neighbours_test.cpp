#include "search/architecture/neighbours.h"

#include <gtest/gtest.h>

#include <set>

#include "search/architecture/mutations/every_choice.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

using Texts = std::set<std::string>;

ArchitectureLimits limits(std::vector<std::string> primitives, std::int64_t stages) {
  return {.primitives = std::move(primitives), .stages = stages, .shape = {32, 64}, .max_window = 16};
}

Texts texts(const Neighbours& found) {
  Texts out;
  for (const auto& one : found.all) out.insert(one.text);
  return out;
}

/// What `edits` random mutations of the search make of a design, until nothing new comes for long.
Texts mutants(const Architectures& space, const Genome& design, int edits) {
  Texts out;
  const auto parent = expanded_text(design);
  Rng rng{Seed{17}.derive(parent)};
  for (int idle = 0; idle < 8'000; ++idle) {
    const auto child = space.mutate(parent, edits, rng);
    if (child.text != parent && out.insert(child.text).second) idle = 0;
  }
  return out;
}

struct Case {
  std::string design;
  std::vector<std::string> primitives;
};

class NeighboursOf : public testing::TestWithParam<Case> {};

/// Both ways: what is listed can be bred, and what is bred is listed.
TEST_P(NeighboursOf, AreWhatOneMutationMakes) {
  const auto design = canonical(parse(GetParam().design));
  const Architectures space(limits(GetParam().primitives, block_count(design)));
  const auto found = neighbours(space, design, 1, NewBlocks::kAll, 100'000);
  EXPECT_FALSE(found.more);
  EXPECT_EQ(texts(found).size(), found.all.size()) << "one is listed twice";
  EXPECT_EQ(texts(found), mutants(space, design, 1));
  EXPECT_FALSE(texts(found).contains(expanded_text(design)));
  for (const auto& one : found.all) EXPECT_EQ(one.operators.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Small, NeighboursOf,
                         testing::Values(Case{"canon mlp", {"canon", "mlp"}},
                                         Case{"canon identity canon identity", {"canon", "identity"}},
                                         Case{"(canon + identity canon) identity", {"canon", "identity"}},
                                         Case{"canon@a identity canon@a", {"canon", "identity"}},
                                         Case{"attention@a (identity + attention@a:kv)", {"canon", "identity"}},
                                         Case{"long_conv canon", {"long_conv", "canon"}}),
                         [](const auto& row) { return "No" + std::to_string(row.index); });

TEST(Neighbours, ByTwoEditsAreWhatTwoMutationsMake) {
  const auto design = canonical(parse("canon mlp"));
  const Architectures space(limits({"canon", "mlp"}, 2));
  const auto found = texts(neighbours(space, design, 2, NewBlocks::kAll, 100'000));
  for (const auto& text : mutants(space, design, 2)) EXPECT_TRUE(found.contains(text)) << text;
  const auto one = texts(neighbours(space, design, 1, NewBlocks::kAll, 100'000));
  EXPECT_TRUE(std::includes(found.begin(), found.end(), one.begin(), one.end()));
  EXPECT_GT(found.size(), one.size());
}

TEST(Neighbours, KeepAnOrderAndStopAtTheMostThatAreAskedFor) {
  const auto design = canonical(parse("canon mlp canon swiglu"));
  const Architectures space(limits({"canon", "mlp", "swiglu"}, 4));
  const auto all = neighbours(space, design, 1, NewBlocks::kPlain, 1000);
  const auto some = neighbours(space, design, 1, NewBlocks::kPlain, 10);
  EXPECT_FALSE(all.more);
  EXPECT_TRUE(some.more);
  ASSERT_EQ(some.all.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(some.all[i].text, all.all[i].text);
  EXPECT_FALSE(neighbours(space, design, 1, NewBlocks::kPlain, all.all.size()).more);
}

TEST(Neighbours, KeepTheLimitsOfTheSpace) {
  const auto design = canonical(parse("canon mlp canon swiglu"));
  auto narrow = limits({"attention", "canon", "mlp", "swiglu"}, 4);
  narrow.max_state = 1000;
  narrow.parallel = false;
  const Architectures space(narrow);
  const auto found = neighbours(space, design, 1, NewBlocks::kPlain, 1000);
  for (const auto& one : found.all) EXPECT_EQ(space.refusal(parse_expanded(one.text)), "") << one.text;
  EXPECT_LT(found.all.size(),
            neighbours(Architectures(limits(narrow.primitives, 4)), design, 1, NewBlocks::kPlain, 1000).all.size());
}

TEST(NewBlocks, ArePlainOnesWithAndWithoutAShortConvolution) {
  const Alphabet alphabet({"attention", "mamba", "mlp", "canon"}, {{32, 64}}, 16);
  const auto plain = [&](const char* primitive) {
    std::string out;
    for (const auto& block : alphabet.blocks(primitive, NewBlocks::kPlain))
      out += text(Genome{{Stage{.block = block}}}) + " ";
    return out;
  };
  EXPECT_EQ(plain("attention"), "attention attention{conv=4} ");
  EXPECT_EQ(plain("mamba"), "mamba mamba{conv=none} ");
  EXPECT_EQ(plain("canon"), "canon ");
}

TEST(NewBlocks, AreAllThatAreDrawn) {
  const Alphabet alphabet({"attention", "short_conv", "moe", "gla"}, {{32, 64}}, 16);
  Rng rng{Seed{3}};
  for (const auto* primitive : {"short_conv", "moe", "gla"}) {
    std::set<Settings> all;
    for (const auto& block : alphabet.blocks(primitive, NewBlocks::kAll)) {
      EXPECT_TRUE(all.insert(block.settings).second);
      EXPECT_TRUE(alphabet.fits(block));
    }
    std::set<Settings> drawn;
    for (int i = 0; i < 40'000; ++i) drawn.insert(alphabet.draw(primitive, rng).settings);
    EXPECT_TRUE(std::includes(all.begin(), all.end(), drawn.begin(), drawn.end())) << primitive;
    EXPECT_GE(10 * drawn.size(), 9 * all.size()) << primitive;
  }
}

TEST(EveryChoice, GivesEverySequenceOfDrawsOnce) {
  EveryChoice draws(NewBlocks::kPlain);
  std::string out;
  do {
    const auto first = below(draws, 3);
    out += std::to_string(first);
    if (first == 1) out += chance(draws, 0.1) ? "y" : "n" + std::to_string(below(draws, 2));
    out += " ";
  } while (draws.next());
  EXPECT_EQ(out, "0 1n0 1n1 1y 2 ");
}

}  // namespace
}  // namespace madsearch
