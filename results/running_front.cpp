#include "results/running_front.h"

#include <algorithm>

#include "results/origins.h"

namespace madsearch {

RunningFront::RunningFront(const Store& store, std::vector<Objective> objectives,
                           const std::vector<EvaluationRecord>& scores)
    : objectives_(std::move(objectives)) {
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
  design.sizes = values(objectives_, candidate, 1);
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

/// The design's point where it scores `loss` below 1.
Objectives RunningFront::point(const Design& design, double loss) const {
  auto out = design.sizes;
  for (std::size_t k = 0; k < out.size(); ++k)
    if (objectives_[k].name == "score") out[k] = loss;
  return out;
}

/// Enters a design under its sizes and its search's score, or takes it out. False if it stands where it did.
bool RunningFront::put_in_place(Design& design) {
  const bool belongs = design.scores.completed() && design.scores.feasible() && !design.control;
  const double loss = belongs ? 1 - design.scores.searched() : 0;
  if (design.placed == belongs && design.loss == loss) return false;
  if (design.placed) {
    const auto group = by_sizes_.find(design.sizes);
    group->second.erase(&design);
    if (group->second.empty()) by_sizes_.erase(group);
  }
  design.placed = belongs;
  design.loss = loss;
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
  const auto here = point(design, design.loss);
  for (const auto* other : search_front_) {
    const auto there = point(*other, other->loss);
    if (dominates(there, here) || (there == here && Earlier{}(other, &design))) return false;
  }
  std::erase_if(search_front_, [&](const Design* other) {
    const auto there = point(*other, other->loss);
    return there == here || dominates(here, there);
  });
  search_front_.push_back(&design);
  return true;
}

/// The front by the search's scores, from all designs.
void RunningFront::rebuild() {
  std::vector<const Design*> bests;
  std::vector<Objectives> points;
  for (const auto& [sizes, designs] : by_sizes_) {
    bests.push_back(*designs.begin());
    points.push_back(point(*bests.back(), bests.back()->loss));
  }
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
  for (const auto* design : designs) points.push_back(point(*design, 1 - design->scores.score().mean));
  const auto members = front(points);
  members_.clear();
  for (const auto i : members) members_.push_back(designs[i]->hash);
  hypervolume_ = objectives_.empty() ? 0 : hypervolume_share(objectives_, points);
}

/// Who may be on a front that counts fresh seeds where there are some and the search's score where there are none.
std::vector<const RunningFront::Design*> RunningFront::candidates() const {
  auto out = confirmed();
  for (const auto& [sizes, designs] : by_sizes_) {
    const auto best =
        std::find_if(designs.begin(), designs.end(), [](const Design* design) { return !design->scores.confirmed(); });
    if (best != designs.end()) out.push_back(*best);
  }
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
