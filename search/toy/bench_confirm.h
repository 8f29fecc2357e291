#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/loop/options.h"
#include "search/toy/toy.h"

namespace madsearch {

/// The toy with scores that are known and noisy: f_0 becomes a score, 1 at the best of the true front and 0 at the
/// reference, f_1 a state of 2 to 6 decades likewise. Between random candidates the score's standard deviation is
/// 0.116. A measurement adds `common` x a draw of its seed set and `noise` x a draw of (candidate, seed set), standard
/// normal both.
struct NoisyToy {
  const Toy& toy;
  double noise = 0.022;                             // standard deviation of the score, of (candidate, seed set)
  double common = 0.011;                            // and of the seed set
  Objectives truth(const std::string& text) const;  // 1 - score, decades of state
  Objectives measured(const std::string& text, std::int64_t seed_set, Seed seed) const;
};

/// How the evaluations set aside for confirming are spent.
enum class Confirming {
  kNone,   // on more search; returned is the front of the search's own scores
  kEqual,  // on hand designs and members of the thinned front, equally many fresh seeds each
  kRace,   // as in search/loop/race.h
};
std::string to_text(Confirming way);  // "none", "equal", "race"

/// Over runs; `error` is the standard error of the mean.
struct Average {
  double mean = 0;
  double error = 0;
};

/// What is returned at the end of a run. A member is true if no candidate that the run evaluated beats it in truth.
struct ConfirmResult {
  Average evaluations;         // of search and confirmation
  Average returned;            // members
  Average share_true;          // of the members, 0..1
  Average share_on_front;      // of the members: on the true front of all 10^8 candidates
  Average undecided;           // share of the members that another may beat (Comparison::Beats::kPerhaps)
  Average share_true_decided;  // of the other members; runs without any are left out
  Average reported;            // hypervolume of the members by their scores, a share of the box
  Average truly;               // and in truth
  Average gap;                 // reported - truly
  Average distance;            // its absolute value
};

/// 240 evaluations of search and 60 to confirm, a fifth of all as in a search of architectures: three for each of 3
/// hand designs and 17 members.
SearchOptions confirm_search();

/// Runs the real Evolution for seeds first..first+runs-1. However they are spent, there are as many evaluations in all,
/// fewer only where a race has given every design its most. Shares leave out runs that return nothing.
ConfirmResult bench_confirm(const NoisyToy& noisy, SearchOptions options, Confirming way, std::int64_t runs,
                            std::int64_t first = 0);

}  // namespace madsearch
