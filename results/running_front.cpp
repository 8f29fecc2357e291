#include "results/running_front.h"

#include <algorithm>
#include <utility>

#include "results/origins.h"

namespace madsearch {

RunningFront::RunningFront(const Store& store, std::vector<Objective> objectives,
                           const std::vector<EvaluationRecord>& scores)
    : RunningFront(std::move(objectives)) {
  std::unordered_map<std::string, std::vector<const EvaluationRecord*>> evaluations;
  for (const auto& evaluation : scores) evaluations[evaluation.hash].push_back(&evaluation);
  for (const auto& candidate : store.sizes()) {
    const auto of_it = evaluations.find(candidate.hash);
    if (of_it == evaluations.end()) continue;
    auto& design = design_of(candidate);
    for (const auto* evaluation : of_it->second) take(design, *evaluation);
    put_in_place(design);
  }
  rebuild();
  update();
}

RunningFront::RunningFront(std::vector<Objective> objectives) : objectives_(std::move(objectives)) {
  for (const auto& objective : objectives_) score_alone_ &= !is_bits(objective.name);
}

void RunningFront::add(const CandidateRecord& candidate, const EvaluationRecord& evaluation) {
  auto& design = design_of(candidate);
  take(design, evaluation);
  if (evaluation.rung == Rung::kConfirm) return update();
  if (evaluation.rung != Rung::kBattery || !evaluation.finished) return;
  const bool moved = settle(design);
  const bool fresh_seeds_count = !fresh_.empty() && (!confirmed_ || design.scores.confirmed());
  if (moved || fresh_seeds_count) update();
}

RunningFront::Design& RunningFront::design_of(const CandidateRecord& candidate) {
  auto& design = designs_[candidate.hash];
  if (!design.hash.empty()) return design;
  design.hash = candidate.hash;
  design.born = candidate.born;
  design.seed = candidate.origin.starts_with("seed:");
  design.control = candidate.origin == kRandomControl;
  design.sizes = values(objectives_, candidate, {1, 0, 0});
  return design;
}

/// Into the design's scores and what is counted.
void RunningFront::take(Design& design, const EvaluationRecord& evaluation) {
  if (evaluation.rung == Rung::kCounterfactual) return;
  if (evaluation.finished && !std::exchange(design.evaluated, true)) ++evaluated_;
  const bool before = design.scores.completed();
  design.scores.add(evaluation);
  if (design.scores.confirmed()) fresh_.insert(&design);
  if (before || !design.scores.completed()) return;
  ++completed_;
  if (design.seed) seeds_.insert(&design);
}

/// The design's point where this was measured of it.
Objectives RunningFront::point(const Design& design, const Measured& measured) const {
  return with_measured(objectives_, design.sizes, measured);
}

/// Enters a design under its sizes and what the search saw, or takes it out. False if it stands where it did.
bool RunningFront::put_in_place(Design& design) {
  const bool belongs = design.scores.completed() && design.scores.feasible() && !design.control;
  const auto measured = belongs ? design.scores.searched() : Measured{};
  const double loss = belongs ? 1 - measured.score : 0;
  auto here = belongs ? point(design, measured) : Objectives{};
  if (design.placed == belongs && design.loss == loss && design.point == here) return false;
  if (design.placed) {
    const auto group = by_sizes_.find(design.sizes);
    group->second.erase(&design);
    if (group->second.empty()) by_sizes_.erase(group);
  }
  design.placed = belongs;
  design.loss = loss;
  design.point = std::move(here);
  if (belongs) by_sizes_[design.sizes].insert(&design);
  return true;
}

/// After a result of the search. True if the front by the search's scores may be another.
bool RunningFront::settle(Design& design) {
  const bool member = std::find(search_front_.begin(), search_front_.end(), &design) != search_front_.end();
  if (!put_in_place(design)) return false;
  if (member) {
    rebuild();  // what it kept off the front may return
    return true;
  }
  return design.placed && join(design);
}

/// Lets a design into the front that is no member. True if it got in.
bool RunningFront::join(const Design& design) {
  for (const auto* other : search_front_)
    if (dominates(other->point, design.point) || (other->point == design.point && Earlier{}(other, &design)))
      return false;
  std::erase_if(search_front_, [&](const Design* other) {
    return other->point == design.point || dominates(design.point, other->point);
  });
  search_front_.push_back(&design);
  return true;
}

/// Of designs of equal size those that may be on a front: the first, or all where more than their score is measured.
template <class Belongs>
void RunningFront::add_leaders(const std::set<const Design*, Better>& group, const Belongs& belongs,
                               std::vector<const Design*>& out) const {
  for (const auto* design : group) {
    if (!belongs(*design)) continue;
    out.push_back(design);
    if (score_alone_) return;
  }
}

/// The front by the search's scores, from all designs.
void RunningFront::rebuild() {
  std::vector<const Design*> bests;
  for (const auto& [sizes, designs] : by_sizes_)
    add_leaders(
        designs, [](const Design&) { return true; }, bests);
  std::sort(bests.begin(), bests.end(), Earlier{});
  std::vector<Objectives> points;
  for (const auto* design : bests) points.push_back(design->point);
  search_front_.clear();
  for (const auto i : front(points)) search_front_.push_back(bests[i]);
}

/// What is told of the front, after it changed or fresh seeds came in.
void RunningFront::update() {
  std::sort(search_front_.begin(), search_front_.end(), Earlier{});
  waiting_ = std::count_if(search_front_.begin(), search_front_.end(),
                           [](const Design* design) { return design->scores.waiting(); });
  auto designs = confirmed();
  confirmed_ = waiting_ == 0 && !designs.empty();
  if (!confirmed_) designs = designs.empty() ? search_front_ : candidates();
  std::vector<Objectives> points;
  for (const auto* design : designs) points.push_back(point(*design, design->scores.shown()));
  const auto members = front(points);
  members_.clear();
  for (const auto i : members) members_.push_back(designs[i]->hash);
  hypervolume_ = objectives_.empty() ? 0 : hypervolume_share(objectives_, points);
}

/// Who may be on a front that counts fresh seeds where there are some and the search's score where there are none.
std::vector<const RunningFront::Design*> RunningFront::candidates() const {
  auto out = confirmed();
  const auto unconfirmed = [](const Design& design) { return !design.scores.confirmed(); };
  for (const auto& [sizes, designs] : by_sizes_) add_leaders(designs, unconfirmed, out);
  std::sort(out.begin(), out.end(), Earlier{});
  return out;
}

std::vector<const RunningFront::Design*> RunningFront::confirmed() const {
  std::vector<const Design*> out;
  for (const auto* design : fresh_)
    if (design->placed) out.push_back(design);
  return out;
}

std::vector<std::string> RunningFront::hand_designs() const {
  std::vector<std::string> out;
  for (const auto* design : seeds_) out.push_back(design->hash);
  return out;
}

std::vector<std::string> RunningFront::confirmed_designs() const {
  std::vector<std::string> out;
  for (const auto* design : confirmed()) out.push_back(design->hash);
  return out;
}

}  // namespace madsearch
