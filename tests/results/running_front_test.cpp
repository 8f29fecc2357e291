#include "results/running_front.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "configs/seed.h"
#include "results/front_report.h"
#include "results/statistics.h"
#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

/// The front of a run worked out from all its evaluations, as results/front_report.h says it.
struct Expected {
  std::vector<std::string> members;
  std::int64_t waiting = 0;
  bool confirmed = false;
  double hypervolume = 0;
};

struct Design {
  CandidateRecord candidate;
  std::vector<double> search;
  std::vector<double> fresh;
  std::vector<double> search_bits;
  std::vector<double> fresh_bits;
  bool completed = false;
  bool feasible = true;
  bool asked = false;
  bool failed = false;

  bool is_confirmed() const { return fresh.size() >= 2; }
  Measured searched() const { return {mean(search), mean(search_bits), {}}; }
  Measured shown() const { return is_confirmed() ? Measured{mean(fresh), mean(fresh_bits), {}} : searched(); }
};

std::vector<Design> designs_of(const std::vector<CandidateRecord>& candidates,
                               const std::vector<EvaluationRecord>& evaluations) {
  std::vector<Design> out;
  for (const auto& candidate : candidates) {
    auto& design = out.emplace_back(Design{candidate});
    for (const auto& evaluation : evaluations) {
      if (evaluation.hash != candidate.hash) continue;
      const bool confirm = evaluation.rung == Rung::kConfirm;
      const bool ok = evaluation.finished && evaluation.outcome == Outcome::kOk;
      design.asked |= confirm;
      design.failed |= confirm && evaluation.finished && !ok;
      if (ok && confirm) {
        design.fresh.push_back(*evaluation.score);
        design.fresh_bits.push_back(*evaluation.text.bits_per_byte);
      }
      if (!ok || evaluation.rung != Rung::kBattery) continue;
      design.search.push_back(*evaluation.score);
      design.search_bits.push_back(*evaluation.text.bits_per_byte);
      design.completed |= evaluation.seed_set == 0;
      design.feasible &= evaluation.violation == 0;
    }
  }
  std::erase_if(out, [](const Design& design) { return !design.completed || !design.feasible; });
  return out;
}

Expected expected(const std::vector<Objective>& objectives, std::vector<Design> designs) {
  Expected out;
  std::vector<Objectives> searched;
  for (const auto& design : designs) searched.push_back(values(objectives, design.candidate, design.searched()));
  for (const auto i : front(searched))
    out.waiting += designs[i].asked && !designs[i].failed && !designs[i].is_confirmed();
  out.confirmed = out.waiting == 0 && std::any_of(designs.begin(), designs.end(),
                                                  [](const Design& design) { return design.is_confirmed(); });
  if (out.confirmed) std::erase_if(designs, [](const Design& design) { return !design.is_confirmed(); });
  std::vector<Objectives> shown;
  for (const auto& design : designs) shown.push_back(values(objectives, design.candidate, design.shown()));
  for (const auto i : front(shown)) out.members.push_back(designs[i].candidate.hash);
  out.hypervolume = hypervolume_share(objectives, shown);
  return out;
}

/// A run that goes on at random: few sizes and scores, so that points are often equal.
struct RandomRun {
  explicit RandomRun(Seed seed) : rng(seed) {}

  const CandidateRecord& some_candidate() {
    if (!candidates.empty() && chance(rng, 0.5)) return candidates[below(rng, candidates.size())];
    const auto born = static_cast<std::int64_t>(evaluations.size());
    const auto size = [&] { return static_cast<std::int64_t>(10 * (1 + below(rng, 12))); };
    candidates.push_back({.hash = "h" + std::to_string(1000 + born),
                          .origin = chance(rng, 0.2) ? "seed:a" : "random",
                          .parameters = size(),
                          .served_state = size(),
                          .born = born});
    return candidates.back();
  }

  /// One more evaluation, on a seed set that the design was not measured on.
  EvaluationRecord next(const CandidateRecord& candidate) {
    EvaluationRecord out{.number = static_cast<std::int64_t>(evaluations.size()), .hash = candidate.hash};
    const auto kind = below(rng, 8);
    out.rung = kind == 0 ? Rung::kProbe : kind < 5 ? Rung::kBattery : Rung::kConfirm;
    out.seed_set = std::count_if(evaluations.begin(), evaluations.end(), [&](const EvaluationRecord& other) {
      return other.hash == out.hash && other.rung == out.rung;
    });
    out.finished = chance(rng, 0.9);
    if (!out.finished) return out;
    if (chance(rng, 0.1)) {
      out.outcome = Outcome::kDiverged;
      return out;
    }
    out.violation = chance(rng, 0.1) ? 0.25 : 0;
    out.score = 0.125 * static_cast<double>(below(rng, 8));
    out.text.bits_per_byte = 2 + 0.125 * static_cast<double>(below(rng, 8));
    return out;
  }

  Rng rng;
  std::vector<CandidateRecord> candidates;
  std::vector<EvaluationRecord> evaluations;
};

TEST(RunningFront, IsTheFrontOfAllEvaluationsAtAnyTime) {
  for (const auto& names : {std::vector{"score", "state"}, std::vector{"score", "state", "parameters"},
                            std::vector{"score", "bits_per_byte", "state"}}) {
    std::vector<Objective> objectives;
    for (const auto* name : names) objectives.push_back(objective(name));
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      RandomRun run(Seed{seed});
      RunningFront running(objectives);
      for (int i = 0; i < 60; ++i) {
        const auto candidate = run.some_candidate();
        run.evaluations.push_back(run.next(candidate));
        running.add(candidate, run.evaluations.back());
        const auto wanted = expected(objectives, designs_of(run.candidates, run.evaluations));
        ASSERT_EQ(running.members(), wanted.members) << "seed " << seed << ", evaluation " << i;
        ASSERT_EQ(running.waiting(), wanted.waiting);
        ASSERT_EQ(running.is_confirmed(), wanted.confirmed);
        ASSERT_NEAR(running.hypervolume(), wanted.hypervolume, 1e-12);
      }
    }
  }
}

class StoredRunningFront : public StoredRun {};

TEST_F(StoredRunningFront, GoesOnFromWhatAStoreHolds) {
  const auto objectives = objectives_of(read_meta(store_));
  RandomRun run(Seed{77});
  RunningFront running(objectives);
  for (int i = 0; i < 80; ++i) {
    const auto candidate = run.some_candidate();
    run.evaluations.push_back(run.next(candidate));
    store_.put(candidate);
    store_.put(run.evaluations.back());
    running.add(candidate, run.evaluations.back());
  }
  const RunningFront again(store_, objectives, store_.scores());
  EXPECT_EQ(again.members(), running.members());
  EXPECT_EQ(again.waiting(), running.waiting());
  EXPECT_EQ(again.is_confirmed(), running.is_confirmed());
  EXPECT_EQ(again.hypervolume(), running.hypervolume());
  EXPECT_EQ(again.evaluated(), running.evaluated());
  EXPECT_EQ(again.completed(), running.completed());
  EXPECT_EQ(again.hand_designs(), running.hand_designs());
  EXPECT_EQ(again.confirmed_designs(), running.confirmed_designs());
}

}  // namespace
}  // namespace madsearch
