#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "results/comparison.h"
#include "results/front_report.h"
#include "results/store.h"

namespace madsearch {

/// Where a design stands to a run's front.
enum class FrontPlace {
  kMember,       // it is on the front
  kDominated,    // a member is nowhere worse
  kUnconfirmed,  // the front is of designs with two fresh seeds, which it lacks
  kInfeasible,   // it learned no recall or copying task
  kFailed,       // the battery ended without a score
  kUnderWay,     // the battery is not done
  kProbed,       // it was not promoted to the battery
  kControl,      // it is the random control's, which is on no front
  kVariant       // it stands beside a member, without its convolutions
};
std::string to_text(FrontPlace place);  // "member", "dominated", "unconfirmed", ...

/// Another design beside the one that is asked about.
struct OtherDesign {
  FrontRow row;
  double score = 0;                     // by which it is compared
  Comparison::Difference ahead;         // in score: the design less this one, on the seed sets that both had
  bool fresh = false;                   // those sets are of the race, not the search's
  std::optional<std::int64_t> resolve;  // seed sets by which the two are likely told apart, if `ahead` is true

  std::optional<double> standard_errors() const;  // that `ahead` is; nothing where no error is known
};

/// Where a design would change its place if this one objective changed.
struct Bound {
  std::string objective;
  double value = 0;   // the design's: a score or a size
  double beyond = 0;  // it is on the front while its score is above, or its size below
  std::string hash;   // of the design that sets the bound
};

/// Why a design is on a run's front or not.
struct Reasons {
  FrontPlace place = FrontPlace::kMember;
  FrontRow row;                      // its score is NaN if it did not complete the battery
  Outcome outcome = Outcome::kOk;    // of what failed
  double score = 0;                  // by which it is compared
  bool searched = false;             // with all others by the search's scores, as it has none that the front counts
  std::vector<OtherDesign> above;    // members that are nowhere worse, the nearest first
  std::vector<OtherDesign> below;    // the nearest of those that it is nowhere worse than, kMostBelow at most
  std::int64_t below_count = 0;      // all of these
  std::optional<OtherDesign> rival;  // the nearest of those that are no larger; nothing if there is none
  std::vector<Bound> bounds;         // of each objective that another design bounds
  std::optional<double> deviation;   // in score, of a design between seed sets, as it was measured or expected
};

/// Answers for all designs of a run.
class FrontReasons {
 public:
  static constexpr double kPower = 0.8;            // what OtherDesign::resolve calls likely
  static constexpr std::int64_t kMostSets = 1000;  // above which it says nothing
  static constexpr std::size_t kMostBelow = 5;

  /// `expected_deviation`: what the battery says, for where the run measured none. Throws as read_front.
  FrontReasons(const Store& store, std::optional<double> expected_deviation);

  /// Of a candidate of the store.
  Reasons of(const CandidateRecord& candidate) const;
  const FrontReport& report() const { return report_; }

 private:
  struct Asked;
  Reasons unscored(const CandidateRecord& candidate) const;
  void fill(Reasons& out) const;
  void fill_above(Reasons& out, const Asked& asked) const;
  void fill_below(Reasons& out, const Asked& asked) const;
  void fill_bounds(Reasons& out, const Asked& asked) const;
  std::optional<OtherDesign> rival_of(const Reasons& out, const Asked& asked) const;
  OtherDesign beside(const Asked& asked, const FrontRow& other) const;
  std::vector<OtherDesign> nearest(const Asked& asked, std::vector<std::size_t> which, std::size_t most) const;
  bool is_member(const std::string& hash) const { return members_.contains(hash); }

  const Store& store_;
  FrontReport report_;
  std::vector<Objective> objectives_;
  std::vector<FrontRow> rows_;                                           // that may be on the front
  std::unordered_map<std::string, std::optional<std::string>> members_;  // with the rival of each
  std::unordered_map<std::string, FrontRow> others_;                     // that completed the battery and may not
  std::unordered_map<std::string, std::size_t> places_;                  // of those with fresh seeds, in comparison_
  Comparison comparison_{{}};
  std::optional<double> deviation_;
};

}  // namespace madsearch
