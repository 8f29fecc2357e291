#include "search/architecture/ablations.h"

#include <gtest/gtest.h>

#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

constexpr Shape kShape{32, 48};

/// "1 mamba removed: swiglu", a line each.
std::string listed(const std::string& design) {
  std::string out;
  for (const auto& one : ablations(parse(design), kShape))
    out += joined(one.places) + " " + one.part + " " + one.change + ": " +
           (one.genome.stages.empty() ? "nothing" : text(one.genome)) + "\n";
  return out;
}

TEST(Ablations, RemoveStagesAndReplaceMixers) {
  EXPECT_EQ(listed("mamba swiglu"),
            "1 mamba removed: swiglu\n"
            "1 mamba canon instead: canon swiglu\n"
            "2 swiglu removed: mamba\n"
            "2 swiglu mlp instead: mamba mlp\n");
}

TEST(Ablations, OfEqualResultsNameEveryPlace) {
  EXPECT_EQ(listed("[gla]x3"),
            "1, 2, 3 gla removed: [gla]x2\n"
            "1 gla canon instead: canon [gla]x2\n"
            "2 gla canon instead: gla canon gla\n"
            "3 gla canon instead: [gla]x2 canon\n");
}

TEST(Ablations, DropBranchesAndWhatStandsWithinThem) {
  EXPECT_EQ(listed("(attention + canon mlp) swiglu"),
            "1-3 (attention + canon mlp) removed: swiglu\n"
            "1 attention branch dropped: canon mlp swiglu\n"
            "2-3 canon mlp branch dropped: attention swiglu\n"
            "1 attention canon instead: (canon + canon mlp) swiglu\n"
            "2 canon removed: (attention + mlp) swiglu\n"
            "3 mlp removed: (attention + canon) swiglu\n"
            "4 swiglu removed: (attention + canon mlp)\n"
            "4 swiglu mlp instead: (attention + canon mlp) mlp\n");
}

TEST(Ablations, RepairLabels) {
  EXPECT_EQ(listed("attention{heads=2}@a attention{heads=2}@a:kv"),
            "1 attention{heads=2} removed: attention{heads=2}\n"
            "1 attention{heads=2} canon instead: canon attention{heads=2}\n"
            "2 attention{heads=2}@a:kv canon instead: attention{heads=2} canon\n");
}

TEST(Ablations, LeaveAloneWhatCostsNothing) {
  EXPECT_EQ(listed("identity canon"),
            "1 identity removed: canon\n"
            "2 canon removed: identity\n");
}

TEST(Ablations, OfTheOnlyStageLeaveNothing) { EXPECT_EQ(listed("canon"), "1 canon removed: nothing\n"); }

/// By the costs that the table states, not by a name.
TEST(Cheapest, IsTheOneOfFewestFlops) {
  for (const auto kind : {Kind::kSequence, Kind::kChannel}) {
    const auto& least = cheapest(kind, kShape);
    EXPECT_EQ(least.kind, kind);
    const auto flops = [](const Primitive& primitive) -> std::int64_t {
      auto set = primitive.defaults();
      if (set.has("inner")) set.set("inner", 1);
      if (!primitive.valid(set, kShape).empty()) return INT64_MAX;
      const std::int64_t out = primitive.cost(set, kShape).flops;
      return out > 0 ? out : INT64_MAX;
    };
    for (const auto& primitive : primitives()) {
      if (primitive.kind != kind) continue;
      EXPECT_LE(flops(least), flops(primitive)) << primitive.name;
    }
  }
}

}  // namespace
}  // namespace madsearch
