#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "results/comparison.h"
#include "results/store.h"

namespace madsearch {

/// Seed sets by what they were spent for.
enum class SeedSets {
  kNew,       // by whoever compares: no run has them, nothing was chosen by them
  kFresh,     // by the race that confirms a front
  kTogether,  // both of these
  kSearch     // by the search, which chose its designs by them
};
std::string to_text(SeedSets sets);  // "new", "fresh", "fresh and new", "search"

/// An evaluation that came to no score.
struct Unscored {
  SeedSets on = SeedSets::kSearch;
  std::int64_t seed_set = 0;
  bool finished = false;  // else it is under way
  Outcome outcome = Outcome::kOk;
};

/// What one design scored: by seed set its score, then that of each task, all 0..1.
struct SeedScores {
  FreshResults fresh;   // of the race and of its counterfactuals, which have its seeds
  FreshResults search;  // of rung battery
  FreshResults made;    // of new seed sets
  std::vector<Unscored> unscored;
};

/// The names of the tasks that evaluations tell scores of, in order; none of records of before they did.
std::vector<std::string> tasks_of(const std::vector<EvaluationRecord>& evaluations);

/// Of the finished evaluations of one design. One that does not know all of `tasks` says nothing. Throws
/// std::runtime_error for scores that can't be read.
SeedScores seed_scores(const std::vector<EvaluationRecord>& evaluations, const std::vector<std::string>& tasks);

/// Two designs in one number, on the seed sets that both had.
struct PairedScore {
  std::string task;  // "" of the score
  double a = 0;
  double b = 0;
  Comparison::Difference difference;  // a less b
};

/// Two designs on the seed sets that both had, of one kind.
struct PairedScores {
  SeedSets on = SeedSets::kFresh;
  std::vector<std::int64_t> sets;
  PairedScore score;
  std::vector<PairedScore> tasks;
  /// How far apart in score two designs on one and the same seed set must be to differ surely, by all designs; 0 if
  /// none could be measured.
  double margin_of_one = 0;
};

/// Two designs compared on every kind of seed sets that both had, what says most first: new ones, fresh ones, both
/// together where there are new ones, the search's. `others`: designs of the same seed sets, whose noise is pooled
/// (results/comparison.h); neither of the two.
std::vector<PairedScores> paired_scores(const SeedScores& a, const SeedScores& b, const std::vector<SeedScores>& others,
                                        const std::vector<std::string>& tasks);

}  // namespace madsearch
