#include "results/reasons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "results/origins.h"
#include "results/run_meta.h"

namespace madsearch {
namespace {

/// The place of the score among the objectives, which all have it.
std::size_t place_of_score(const std::vector<Objective>& objectives) {
  const auto found =
      std::find_if(objectives.begin(), objectives.end(), [](const Objective& it) { return it.name == "score"; });
  return static_cast<std::size_t>(found - objectives.begin());
}

bool nowhere_worse(const Objectives& a, const Objectives& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    if (a[k] > b[k]) return false;
  return true;
}

bool no_worse_but_in(std::size_t objective, const Objectives& a, const Objectives& b) {
  for (std::size_t k = 0; k < a.size(); ++k)
    if (k != objective && a[k] > b[k]) return false;
  return true;
}

/// Standard errors between two designs, however far; without one what they differ by counts as if it were one.
double distance(const OtherDesign& neighbour) {
  return std::abs(neighbour.standard_errors().value_or(neighbour.ahead.mean));
}

bool nearer(const OtherDesign& a, const OtherDesign& b) { return distance(a) < distance(b); }

}  // namespace

std::string to_text(FrontPlace place) {
  switch (place) {
    case FrontPlace::kMember:
      return "front";
    case FrontPlace::kDominated:
      return "dominated";
    case FrontPlace::kUnconfirmed:
      return "not confirmed";
    case FrontPlace::kInfeasible:
      return "infeasible";
    case FrontPlace::kFailed:
      return "failed";
    case FrontPlace::kUnderWay:
      return "under way";
    case FrontPlace::kProbed:
      return "probed";
    case FrontPlace::kControl:
      return "random control";
    case FrontPlace::kVariant:
      break;
  }
  return "without convolution";
}

std::optional<double> OtherDesign::standard_errors() const {
  if (!std::isfinite(ahead.error)) return {};
  if (ahead.error > 0) return ahead.mean / ahead.error;
  return ahead.mean == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), ahead.mean);
}

/// The design that is asked about, and how all are compared with it.
struct FrontReasons::Asked {
  const FrontRow& row;
  bool searched = false;
  std::vector<Objectives> points;  // of rows_
  Objectives own;
};

FrontReasons::FrontReasons(const Store& store, std::optional<double> expected_deviation)
    : store_(store), report_(read_front(store)), objectives_(objectives_of(read_meta(store))) {
  for (const auto& row : report_.front) members_.emplace(row.candidate.hash, row.rival);
  std::vector<FreshResults> fresh;
  for (auto& row : completed_designs(store)) {
    const bool belongs = row.feasible && row.candidate.origin != kRandomControl;
    if (const auto member = members_.find(row.candidate.hash); member != members_.end()) row.rival = member->second;
    if (belongs && !row.fresh.empty()) {
      places_.emplace(row.candidate.hash, fresh.size());
      fresh.push_back(row.fresh);
    }
    if (belongs && (row.confirmed || !report_.confirmed))
      rows_.push_back(std::move(row));
    else
      others_.emplace(row.candidate.hash, row);
  }
  comparison_ = Comparison(std::move(fresh));
  const auto measured =
      comparison_.objectives() > 0 ? comparison_.deviation(place_of_score(objectives_)) : std::nullopt;
  deviation_ = measured ? measured : expected_deviation;
}

Reasons FrontReasons::of(const CandidateRecord& candidate) const {
  Reasons out;
  const auto found = std::find_if(rows_.begin(), rows_.end(),
                                  [&](const FrontRow& row) { return row.candidate.hash == candidate.hash; });
  if (found != rows_.end()) {
    out.row = *found;
    out.place = is_member(candidate.hash) ? FrontPlace::kMember : FrontPlace::kDominated;
  } else if (const auto other = others_.find(candidate.hash); other != others_.end()) {
    out.row = other->second;
    out.place = !out.row.feasible                            ? FrontPlace::kInfeasible
                : out.row.candidate.origin == kRandomControl ? FrontPlace::kControl
                                                             : FrontPlace::kUnconfirmed;
    out.searched = true;
  } else {
    return unscored(candidate);
  }
  out.deviation = deviation_;
  out.score = out.searched ? out.row.searched.score : out.row.score.mean;
  if (out.place != FrontPlace::kInfeasible) fill(out);
  return out;
}

/// Of a design that did not complete the battery: what became of it there, or in the probe.
Reasons FrontReasons::unscored(const CandidateRecord& candidate) const {
  Reasons out{.place = FrontPlace::kProbed, .row = {.candidate = candidate}};
  out.score = out.row.searched.score = out.row.score.mean = std::numeric_limits<double>::quiet_NaN();
  if (candidate.origin == kWithoutConvolution) {
    out.place = FrontPlace::kVariant;
    return out;
  }
  for (const auto& evaluation : store_.evaluations(candidate.hash)) {
    if (is_fresh(evaluation.rung)) continue;
    if (!evaluation.finished)
      out.place = FrontPlace::kUnderWay;
    else if (evaluation.outcome != Outcome::kOk)
      out.place = FrontPlace::kFailed;
    else
      out.place = FrontPlace::kProbed;
    out.outcome = evaluation.outcome;
  }
  return out;
}

void FrontReasons::fill(Reasons& out) const {
  Asked asked{.row = out.row, .searched = out.searched, .points = {}, .own = {}};
  const auto point = [&](const FrontRow& row) {
    return out.searched ? values(objectives_, row.candidate, row.searched) : row.objectives;
  };
  asked.own = point(out.row);
  for (const auto& row : rows_) asked.points.push_back(point(row));
  fill_above(out, asked);
  fill_below(out, asked);
  fill_bounds(out, asked);
  out.rival = rival_of(out, asked);
}

void FrontReasons::fill_above(Reasons& out, const Asked& asked) const {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& hash = rows_[i].candidate.hash;
    if (out.place != FrontPlace::kMember && hash != asked.row.candidate.hash && is_member(hash) &&
        nowhere_worse(asked.points[i], asked.own))
      which.push_back(i);
  }
  const auto all = which.size();
  out.above = nearest(asked, std::move(which), all);
}

void FrontReasons::fill_below(Reasons& out, const Asked& asked) const {
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const bool other = rows_[i].candidate.hash != asked.row.candidate.hash;
    if (other && nowhere_worse(asked.own, asked.points[i]) && asked.own != asked.points[i]) which.push_back(i);
  }
  out.below_count = static_cast<std::int64_t>(which.size());
  out.below = nearest(asked, std::move(which), kMostBelow);
}

void FrontReasons::fill_bounds(Reasons& out, const Asked& asked) const {
  for (std::size_t k = 0; k < objectives_.size(); ++k) {
    const FrontRow* found = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto& there = asked.points[i];
      const auto& hash = rows_[i].candidate.hash;
      if (hash == asked.row.candidate.hash || there[k] >= least) continue;
      if (asked.searched && !is_member(hash)) continue;  // the search's scores keep nobody off the front
      if (out.place == FrontPlace::kMember && there == asked.own) continue;  // the same point, born later
      if (!no_worse_but_in(k, there, asked.own)) continue;
      least = there[k];
      found = &rows_[i];
    }
    if (found == nullptr) continue;
    const auto& name = objectives_[k].name;
    const auto of = [&](const FrontRow& row) {
      if (is_size(name)) return static_cast<double>(size_of(name, row.candidate));
      if (asked.searched) return measured_as(name, row.searched);
      return name == "score" ? row.score.mean : row.objectives[k];
    };
    out.bounds.push_back({name, of(asked.row), of(*found), found->candidate.hash});
  }
}

/// Of what dominates a design the nearest; else of what is no larger, and so may come to.
std::optional<OtherDesign> FrontReasons::rival_of(const Reasons& out, const Asked& asked) const {
  if (!out.above.empty()) return out.above.front();
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto& hash = rows_[i].candidate.hash;
    if (hash == asked.row.candidate.hash) continue;
    if (hash == asked.row.rival) return beside(asked, rows_[i]);
    if (no_worse_but_in(place_of_score(objectives_), asked.points[i], asked.own)) which.push_back(i);
  }
  auto found = nearest(asked, std::move(which), 1);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

/// So many of `which` at most: those nearest in score, by standard errors.
std::vector<OtherDesign> FrontReasons::nearest(const Asked& asked, std::vector<std::size_t> which,
                                               std::size_t most) const {
  constexpr std::size_t kLooked = 50;  // of which errors are computed
  const auto k = place_of_score(objectives_);
  const auto apart = [&](std::size_t i) { return std::abs(asked.points[i][k] - asked.own[k]); };
  std::stable_sort(which.begin(), which.end(), [&](std::size_t a, std::size_t b) { return apart(a) < apart(b); });
  if (which.size() > std::max(most, kLooked)) which.resize(std::max(most, kLooked));
  std::vector<OtherDesign> out;
  for (const auto i : which) out.push_back(beside(asked, rows_[i]));
  std::stable_sort(out.begin(), out.end(), nearer);
  if (out.size() > most) out.resize(most);
  return out;
}

/// By the fresh seed sets that both had; without one by the search's, where the error is what the deviation makes it.
OtherDesign FrontReasons::beside(const Asked& asked, const FrontRow& other) const {
  OtherDesign out{.row = other, .score = asked.searched ? other.searched.score : other.score.mean};
  const auto a = places_.find(asked.row.candidate.hash);
  const auto b = places_.find(other.candidate.hash);
  if (a != places_.end() && b != places_.end())
    out.ahead = comparison_.difference(b->second, a->second, place_of_score(objectives_));  // of losses
  out.fresh = out.ahead.sets > 0;
  if (!out.fresh) {
    constexpr auto infinite = std::numeric_limits<double>::infinity();
    out.ahead = {asked.row.searched.score - other.searched.score, infinite,
                 deviation_ ? *deviation_ * std::sqrt(2.0) : infinite, 1};
  }
  if (deviation_) out.resolve = sets_to_tell_apart(out.ahead.mean, *deviation_, kPower, kMostSets);
  return out;
}

}  // namespace madsearch
