#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/comparison.h"
#include "search/loop/archive.h"
#include "search/loop/evaluator.h"
#include "search/loop/options.h"
#include "search/loop/seed_design.h"
#include "search/loop/space.h"

namespace madsearch {

/// Measures the front again on fresh seeds, once the search is over: its members may owe their place to luck. There are
/// `confirm_seeds` x (seed designs + `confirm_members`) evaluations at most, spent so:
///
///   1. Two seed sets, as fewer leave no interval, of every seed design and of up to `confirm_members` others of the
///      thinned front, spread out.
///   2. Two of contenders: designs that by the search's score lie ahead of what fresh seeds left of the front, or
///      behind it by no more than noise. A sixth of what is left pays for them, as each design more on the front is one
///      more whose score may be too good.
///   3. A third set of the members of the front and of the seed designs.
///   4. Round after round, one set of each design whose place on the front is undecided (Comparison::Beats::kPerhaps).
///      Once none is, one of the members of the front and the seed designs with the fewest sets, so that the intervals
///      that are shown become narrower.
///   5. Once 1 to 4 have spent their share, the counterfactuals of the members of the front, on three of their member's
///      seed sets. For them half of what step 1 leaves is kept, a quarter of all at most; what they don't need goes on
///      with step 4.
///
/// A round is decided from every result of the rounds before and from nothing else, so the race is the same for any
/// number of slots and any order of results. Every design takes the seed sets 1, 2, 3, ... in turn, so two designs
/// share as many as the one with fewer has.
class Race {
 public:
  /// `archive` must not change any more; both must live as long.
  Race(const Archive& archive, const std::vector<SeedDesign>& seeds, const SearchOptions& options, const Space& space);
  /// The next evaluation, or nothing while the round waits for results (or if over()).
  std::optional<Evaluation> next();
  /// The result of an evaluation that next() gave, each once.
  void add(const Evaluation& evaluation, const Measurement& result);
  /// Nothing more will be handed out (results may be outstanding).
  bool over() const;

 private:
  struct Racer {
    std::string text;
    std::string origin;
    bool seed = false;       // a seed design
    bool races = true;       // feasible and never failed on a fresh seed
    std::int64_t asked = 0;  // seed sets handed out or about to be
    FreshResults fresh;
  };

  void note(const Evaluation& evaluation, const Measurement& result);
  bool known(const std::string& text) const;
  void enter(const std::string& text, const std::string& origin, bool seed, bool races);
  void open(const std::vector<SeedDesign>& seeds);
  void ask(const std::vector<std::size_t>& racers, std::int64_t sets);
  void plan();
  void plan_race();
  std::int64_t kept_for_counterfactuals() const;
  std::vector<std::size_t> members_of_front() const;
  void ask_counterfactuals();
  Comparison comparison() const;
  std::vector<std::pair<std::size_t, Objectives>> means() const;
  std::vector<std::size_t> contenders() const;
  std::vector<std::size_t> entered(const std::vector<std::size_t>& members);
  bool out_of_race(std::size_t racer, const Comparison& compared) const;
  std::vector<std::size_t> undecided() const;
  std::vector<std::size_t> shown() const;

  const Archive& archive_;
  const Space& space_;
  std::int64_t left_;           // evaluations that may still be asked for
  std::int64_t kept_ = 0;       // beside them for counterfactuals
  const std::int64_t members_;  // of the front that race from the start, at most
  const std::int64_t most_;     // seed sets of one design, at most
  bool contenders_in_ = false;
  bool counterfactuals_in_;
  std::vector<Racer> racers_;
  std::deque<Evaluation> round_;  // asked for and not handed out
  std::int64_t outstanding_ = 0;  // of this round, without a result
};

}  // namespace madsearch
