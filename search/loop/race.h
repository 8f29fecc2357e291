#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "results/comparison.h"
#include "search/loop/archive.h"

namespace madsearch {

/// What is measured again on fresh seeds once the search is over, `confirm_seeds` x (seed designs + `confirm_members`)
/// evaluations at most.
///
/// First two seed sets (fewer leave no interval) of every seed design and of up to `confirm_members` others of the
/// thinned front, spread out; then two of contenders, designs that by the search's score lie ahead of what fresh seeds
/// left of the front, or behind it by no more than noise: its members may owe their place to luck. A sixth of what is
/// left pays for them, as every one more on the front is one more whose score is too good. The members of the front and
/// the seed designs get a third set. What is left goes, one round after another, to the designs whose place on the
/// front is undecided (Comparison::Beats::kPerhaps) and, once none is, to the members of the front and the seed designs
/// with the fewest seeds: money is kept for no later use, and intervals that are shown become narrower.
///
/// A round is decided from every result of the rounds before and from nothing else, so the race is the same for any
/// number of slots and any order of results. Every design takes the seed sets 1, 2, 3, ... in turn, so two designs
/// share as many as the one with fewer has.
class Race {
 public:
  Race(const Archive& archive, const std::vector<SeedDesign>& seeds, const SearchOptions& options);
  /// The next evaluation, or nothing while the round waits for results (or if over()).
  std::optional<Evaluation> next();
  /// The result of an evaluation that next() gave, each once.
  void add(const Evaluation& evaluation, const Measurement& result);
  /// Nothing more will be handed out (results may be outstanding).
  bool over() const;

 private:
  struct Racer {
    std::string text, origin;
    bool seed = false;
    bool races = true;       // feasible and never failed on a fresh seed
    std::int64_t asked = 0;  // seed sets handed out or about to be
    FreshResults fresh;
  };

  bool known(const std::string& text) const;
  void enter(const std::string& text, const std::string& origin, bool seed, bool races);
  void open(const std::vector<SeedDesign>& seeds);
  void ask(const std::vector<std::size_t>& racers, std::int64_t sets);
  void plan();
  Comparison comparison() const;
  std::vector<std::pair<std::size_t, Objectives>> means() const;
  std::vector<std::size_t> contenders() const;  // indices of the archive, the most promising first
  std::vector<std::size_t> entered(const std::vector<std::size_t>& members);
  std::vector<std::size_t> undecided() const;
  std::vector<std::size_t> shown() const;

  const Archive& archive_;
  std::int64_t left_;                  // evaluations that may still be asked for
  const std::int64_t members_, most_;  // front members of the first round; seed sets of a design
  bool opened_ = false;
  std::vector<Racer> racers_;
  std::deque<Evaluation> round_;  // asked for and not handed out
  std::int64_t outstanding_ = 0;  // of this round, without a result
};

}  // namespace madsearch
