#include "search/architecture/templates/steered.h"

#include <gtest/gtest.h>

#include <set>

#include "search/architecture/architectures.h"
#include "search/architecture/parser.h"
#include "search/loop/evolution.h"
#include "search/toy/toy.h"

namespace madsearch {
namespace {

ArchitectureLimits limits(const std::vector<std::string>& templates, std::int64_t stages = 6) {
  ArchitectureLimits out{.primitives = {"attention", "gla", "hyena", "mamba", "mlp", "moe", "swiglu"},
                         .stages = stages,
                         .shape = {32, 64},
                         .max_window = 16};
  for (const auto& text : templates) out.steering.templates.push_back(repeated(parse_template(text), stages));
  return out;
}

Genome genome(const std::string& text) { return canonical(parse(text)); }

/// Why a search can't be kept so.
std::string refused(const ArchitectureLimits& limits) {
  try {
    const Architectures space(limits);
  } catch (const SteeringError& error) {
    return error.key + ": " + error.what();
  }
  return "not refused";
}

struct Case {
  std::string name;
  ArchitectureLimits limits;
};

std::vector<Case> cases() {
  std::vector<Case> out = {
      {"series", limits({"attention{heads=?} swiglu [? swiglu]x2"})},
      {"sets", limits({"[?gla|mamba{conv=none} ?channel]x3"})},
      {"branches", limits({"(?sequence + ?gla|hyena) swiglu"})},
      {"nested", limits({"(?sequence swiglu + (attention{heads=?} + ?sequence)) swiglu ?channel"}, 12)},
      {"labels", limits({"?sequence@a swiglu ?sequence@a swiglu attention{heads=?, window=1/4|1/8} swiglu"})},
      {"labelled_branches", limits({"(?sequence@a + mamba{?}) swiglu (?sequence@a + attention{heads=?}) swiglu"})},
      {"caches", limits({"attention{heads=?, qk_norm=?}@a swiglu attention{window=?}@a:kv swiglu ? swiglu"})},
      {"two", limits({"attention{heads=?} swiglu [? swiglu]x2", "[?mamba|gla swiglu]x3"})},
  };
  auto counted = limits({"[?sequence ?channel]x3"});
  counted.steering.at_most = {{"attention", 1}, {"moe", 1}};
  counted.steering.at_least = {{"attention", 1}, {"gla", 1}};
  counted.steering.never_first = {"attention"};
  counted.steering.never_last = {"moe"};
  out.push_back({"counts", counted});
  counted.steering.templates.clear();
  out.push_back({"counts_alone", counted});
  auto mixers = limits({});
  mixers.steering.vary_mixers = true;
  mixers.steering.templates = {with_free_mixers(genome("attention swiglu mamba{conv=none} moe hyena swiglu"), "mine")};
  out.push_back({"mixers", mixers});
  return out;
}

class EveryCase : public testing::TestWithParam<std::size_t> {
 protected:
  EveryCase() : it(cases()[GetParam()]), space(it.limits), rng(Seed{3}.derive(it.name)) {}

  void expect_inside(const std::string& text) {
    const auto made = parse_expanded(text);
    EXPECT_EQ(space.objection(made), "") << short_text(text);
    EXPECT_EQ(space.refusal(made), "") << short_text(text);
    EXPECT_EQ(expanded_text(made), text);
  }

  Case it;
  Architectures space;
  Rng rng;
};

/// Whatever draws or varies, and without many tries: what one bounded call gives is a new design nearly always.
TEST_P(EveryCase, HoldsEveryDesignThatAnOperatorMakes) {
  std::vector<std::string> designs;
  for (int i = 0; i < 200; ++i) designs.push_back(space.random(rng).value());
  EXPECT_GT(std::set<std::string>(designs.begin(), designs.end()).size(), 60u);
  int changed = 0;
  std::set<std::string> operators;
  for (int i = 0; i < 1000; ++i) {
    const auto& a = pick(rng, designs);
    const auto& b = pick(rng, designs);
    const auto crossed = space.cross(a, b, rng);
    expect_inside(crossed.text);
    const auto child = space.mutate(i % 2 ? crossed.text : a, 1 + i % 3, rng);
    expect_inside(child.text);
    changed += child.text != (i % 2 ? crossed.text : a);
    operators.insert(crossed.operators.begin(), crossed.operators.end());
    operators.insert(child.operators.begin(), child.operators.end());
    designs[below(rng, designs.size())] = child.text;
  }
  for (const auto& design : designs) expect_inside(design);
  EXPECT_GT(changed, 980);
  EXPECT_GE(operators.size(), 4u);
}

/// The loop itself, with the selections that breed and the control beside.
TEST_P(EveryCase, HoldsWholeSearches) {
  for (const std::string algorithm : {"nsga2", "regularized", "random"}) {
    SearchOptions options{.algorithm = algorithm, .evaluations = 150, .lag = 4};
    if (algorithm != "random") options.control = "random";
    Evolution evolution(space, options, Seed{5}, {{"first", space.random(rng).value()}});
    int handed_out = 0;
    while (const auto evaluation = evolution.next()) {
      expect_inside(evaluation->text);
      ++handed_out;
      const auto size = static_cast<double>(space.bin(evaluation->text));
      const auto score = static_cast<double>(Seed{1}.derive(evaluation->text).value >> 32) * 0x1p-32;
      evolution.tell({.number = evaluation->number, .objectives = {1 - score, size}, .score = score});
    }
    EXPECT_EQ(handed_out, 150) << algorithm;
  }
}

INSTANTIATE_TEST_SUITE_P(Steered, EveryCase, testing::Range<std::size_t>(0, cases().size()),
                         [](const auto& row) { return cases()[row.param].name; });

TEST(Steered, VariesWhatIsOpenAndNothingElse) {
  const Architectures space(limits({"attention{heads=?} swiglu ?gla|mamba swiglu hyena swiglu"}));
  Rng rng{Seed{2}};
  std::set<std::string> heads;
  std::set<std::string> mixers;
  for (int i = 0; i < 500; ++i) {
    const auto made = parse_expanded(space.random(rng).value());
    heads.insert(made.stages[0].block.settings.at("heads").text());
    mixers.insert(made.stages[2].block.primitive);
    EXPECT_EQ(made.stages[0].block.settings.at("conv").text(), "none");
    EXPECT_EQ(text({{made.stages[1], made.stages[4], made.stages[5]}}), "swiglu hyena swiglu");
  }
  EXPECT_EQ(heads, (std::set<std::string>{"1", "2", "4", "8"}));
  EXPECT_EQ(mixers, (std::set<std::string>{"gla", "mamba"}));
}

TEST(Steered, KnowsADesignInAnyOrderOfItsBranches) {
  const Architectures space(limits({"(?gla|mamba + attention{heads=?} + hyena) swiglu ?sequence swiglu"}));
  for (const std::string text : {"(hyena + attention{heads=2} + gla) swiglu gla swiglu",
                                 "(mamba{state=4} + hyena + attention) swiglu hyena swiglu"})
    EXPECT_EQ(space.objection(genome(text)), "") << text;
  for (const std::string text :
       {"(hyena + attention{heads=2} + hyena) swiglu gla swiglu", "(hyena + mamba + gla) swiglu gla swiglu",
        "(hyena + attention + gla){merge=sum} swiglu gla swiglu", "hyena attention gla swiglu gla swiglu"})
    EXPECT_EQ(space.objection(genome(text)), "it does not match the template") << text;
}

TEST(Steered, SaysWhatIsOutside) {
  auto kept = limits({"attention{heads=?} swiglu ?gla|mamba swiglu ?sequence swiglu"});
  kept.steering.at_most = {{"mamba", 1}};
  const Architectures space(kept);
  EXPECT_EQ(space.objection(genome("attention{heads=1} swiglu hyena swiglu gla swiglu")),
            "its block 3 is hyena, where the template has ?gla|mamba");
  EXPECT_EQ(space.objection(genome("attention{heads=1, gate=on} swiglu gla swiglu gla swiglu")),
            "its block 1 is attention{gate=on, heads=1}, where the template has "
            "attention{heads=?}");
  EXPECT_EQ(space.objection(genome("attention swiglu mamba swiglu mamba{state=4} swiglu")),
            "it has 2 blocks of mamba, and at_most allows 1");
  EXPECT_EQ(space.objection(genome("attention@a swiglu gla@b swiglu gla@b swiglu")),
            "its labels are not those of the template");
}

TEST(Steered, CountsItsDesigns) {
  const Architectures space(
      limits({"attention{heads=1|2} swiglu ?hyena{conv=none, input_conv=none} swiglu gla swiglu"}));
  EXPECT_EQ(space.fillings(), 2 * 12);  // hyena: inner 1 or 2, filter_order 4, 8 or 16, proj_groups 1 or 4
  EXPECT_EQ(space.designs(1000), 24);
  EXPECT_EQ(space.designs(10), std::nullopt);
  auto pairs = limits({"(attention{heads=1|2} + attention{heads=1|2}) swiglu gla swiglu gla"});
  EXPECT_EQ(Architectures(pairs).designs(100), 3) << "branches have no order";
  pairs.max_parameters = 1000;
  EXPECT_EQ(Architectures(pairs).designs(100), 0);
}

TEST(Steered, EndsASearchOfFewDesigns) {
  const Architectures space(limits({"attention{heads=1|2|4} swiglu gla swiglu gla swiglu"}));
  Evolution evolution(space, {.evaluations = 50, .lag = 1, .probe = false}, Seed{1}, {});
  std::set<std::string> met;
  while (const auto evaluation = evolution.next()) {
    met.insert(evaluation->text);
    evolution.tell({.number = evaluation->number, .objectives = {0.5, 1}, .score = 0.5});
  }
  EXPECT_EQ(met.size(), 3u);
  EXPECT_TRUE(evolution.exhausted());
}

TEST(Steered, RefusesWhatNoDesignCanKeep) {
  const auto kept = [](const std::string& text, const auto& change) {
    auto out = limits({text});
    change(out.steering);
    return refused(out);
  };
  const std::string text = "attention{heads=?} swiglu [?gla|mamba swiglu]x2";
  EXPECT_EQ(kept(text, [](Steering& it) { it.at_most["attention"] = 0; }),
            "at_most: 1 block of attention is fixed, and at_most allows 0");
  EXPECT_EQ(kept(text, [](Steering& it) { it.at_least["mamba"] = 3; }),
            "at_least: only 2 blocks of mamba can be there, and at_least wants 3");
  EXPECT_EQ(kept("[?]x6",
                 [](Steering& it) {
                   it.at_least = {{"mamba", 4}, {"gla", 4}};
                 }),
            "at_least: at_least wants 8 blocks, and a design has 6");
  EXPECT_EQ(kept("[?]x6",
                 [](Steering& it) {
                   it.at_least["mamba"] = 2;
                   it.at_most["mamba"] = 1;
                 }),
            "at_least: at_least wants 2 blocks of mamba, and at_most allows 1");
  EXPECT_EQ(kept("?attention|gla [? swiglu]x2 ?",
                 [](Steering& it) {
                   it.never_first = {"gla", "attention"};
                 }),
            "never_first: block 1 of the template is ?attention|gla, of which never_first leaves nothing");
  EXPECT_EQ(kept("attention{heads=3, gate=?} swiglu", [](Steering&) {}),
            "template: block 1 of the template is attention{gate=?, heads=3}, and no primitive of the search with "
            "such knobs is valid there");
  auto few = limits({"?channel mamba{?}"});
  few.primitives = {"mamba"};
  EXPECT_EQ(refused(few),
            "template: block 1 of the template is ?channel, and no primitive of the search with such knobs is valid "
            "there");
}

TEST(Steered, SaysWhyNothingIsDrawn) {
  auto kept = limits({"attention{heads=?, window=32} swiglu"}, 2);
  Rng rng{Seed{1}};
  EXPECT_EQ(refused(kept).substr(0, 42), "template: block 1 of the template is atten");
  kept = limits({"attention{window=32} swiglu ?sequence swiglu{inner=2}"}, 4);
  EXPECT_TRUE(Architectures(kept).nothing_drawn(rng).ends_with(": window=32 is above 16"));
  EXPECT_EQ(Architectures(limits({"[? swiglu]x3"})).nothing_drawn(rng), "");
}

}  // namespace
}  // namespace madsearch
