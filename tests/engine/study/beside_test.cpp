#include "engine/study/beside.h"

#include <cmath>

#include "results/origins.h"
#include "search/architecture/parser.h"
#include "search/architecture/without_convolution.h"
#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class BesideTest : public StoredRun {
 protected:
  /// Scored `search` by the search and `fresh` on the seed sets 1, 2, ...; returns its hash.
  std::string add_design(const Genome& genome, std::int64_t state, double search, const std::vector<double>& fresh,
                         Rung rung = Rung::kConfirm) {
    const auto key = hash(genome);
    store_.put(CandidateRecord{.hash = key, .text = expanded_text(genome), .origin = "random", .served_state = state});
    if (rung == Rung::kConfirm)
      add(EvaluationRecord{.hash = key, .rung = Rung::kBattery, .finished = true, .score = search, .violation = 0});
    for (std::size_t i = 0; i < fresh.size(); ++i)
      add(EvaluationRecord{.hash = key,
                           .rung = rung,
                           .seed_set = static_cast<std::int64_t>(i) + 1,
                           .finished = true,
                           .score = fresh[i],
                           .violation = 0});
    return key;
  }
  std::string add_design(const std::string& text, std::int64_t state, double search, const std::vector<double>& fresh) {
    return add_design(canonical(parse(text)), state, search, fresh);
  }

  std::vector<Beside> notes() { return beside(store_, read_front(store_)); }
};

const Genome kMamba = canonical(parse("[mamba swiglu]x2"));

TEST_F(BesideTest, AMemberIsComparedWithItselfWithoutConvolutionsOnEqualSeeds) {
  add_design(kMamba, 1000, 0.8, {0.80, 0.84, 0.82});
  const auto other = add_design(*without_convolution(kMamba), 900, 0, {0.60, 0.62}, Rung::kCounterfactual);
  const auto report = read_front(store_);
  ASSERT_EQ(report.front.size(), 1u) << "a counterfactual is on no front";
  EXPECT_EQ(report.evaluated, 1);
  const auto found = beside(store_, report)[0].without_convolution;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->hash, other);
  EXPECT_EQ(found->seeds, 2);
  EXPECT_NEAR(found->score, 0.61, 1e-9);
  EXPECT_NEAR(found->difference, 0.21, 1e-9);
  EXPECT_NEAR(found->margin, 12.706 * 0.01, 1e-4);
}

TEST_F(BesideTest, WhatTheRaceMeasuredByItselfCountsToo) {
  add_design(kMamba, 1000, 0.8, {0.80, 0.84, 0.82});
  add_design(*without_convolution(kMamba), 1100, 0.7, {0.60, 0.62, 0.64});
  EXPECT_EQ(notes()[0].without_convolution->seeds, 3);
}

TEST_F(BesideTest, SaysHowACounterfactualFailed) {
  add_design(kMamba, 1000, 0.8, {0.80, 0.84, 0.82});
  const auto other = add_design(*without_convolution(kMamba), 900, 0, {}, Rung::kCounterfactual);
  EXPECT_FALSE(notes()[0].without_convolution) << "it was not measured yet";
  add(EvaluationRecord{
      .hash = other, .rung = Rung::kCounterfactual, .seed_set = 1, .finished = true, .outcome = Outcome::kDiverged});
  const auto found = notes()[0].without_convolution;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seeds, 0);
  EXPECT_EQ(found->outcome, Outcome::kDiverged);
}

TEST_F(BesideTest, AMemberThatIsNotAboveTheTableIsMarked) {
  const auto like = [](int rank) { return "[gla{gate_rank=" + std::to_string(rank) + "} swiglu]x2"; };
  for (int rank = 1; rank <= 24; ++rank) add_design(like(rank), 5000 + rank, 0.4 + 0.001 * (rank % 3), {});
  add_design(like(30), 1000, 0.4, {0.40, 0.41, 0.405});
  EXPECT_EQ(notes()[0].no_more_than_expected, true);
  add_design(like(31), 2000, 0.4, {0.90, 0.91, 0.905});
  const auto found = notes();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[1].expected->by_table, 0.401, 1e-3);
  EXPECT_NEAR(found[1].expected->by_state, 0.401, 1e-3);
  EXPECT_EQ(found[1].no_more_than_expected, false);
}

TEST_F(BesideTest, WithoutFreshSeedsNothingIsMarked) {
  add_design(kMamba, 1000, 0.8, {});
  EXPECT_FALSE(notes()[0].no_more_than_expected);
  EXPECT_FALSE(notes()[0].expected) << "of one design";
}

}  // namespace
}  // namespace madsearch
