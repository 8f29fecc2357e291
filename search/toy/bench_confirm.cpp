#include "search/toy/bench_confirm.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "results/comparison.h"
#include "search/loop/archive.h"
#include "search/loop/evolution.h"
#include "search/loop/selections/ranking.h"

namespace madsearch {
namespace {

constexpr double kLeastDecades = 2;  // of state
constexpr double kMostDecades = 6;

const std::vector<SeedDesign>& hand_designs() {
  static const std::vector<SeedDesign> designs = {{"zeros", "00000000"}, {"steps", "01234567"}, {"back", "76543210"}};
  return designs;
}

struct Candidate {
  std::string text;
  Objectives shown;    // with the score that is reported
  FreshResults fresh;  // empty without confirmation
};

struct Ended {
  std::vector<Candidate> candidates;  // the front's choice is among these
  std::vector<Objectives> evaluated;  // truth of everything that the search evaluated
  std::int64_t evaluations = 0;
};

std::int64_t confirm_budget(const SearchOptions& options) {
  return options.confirm_seeds * (static_cast<std::int64_t>(hand_designs().size()) + options.confirm_members);
}

/// Hand designs and spread out members of the thinned front, one seed set of all after the other until the budget is
/// spent.
std::map<std::string, FreshResults> confirm_equally(const NoisyToy& noisy, const Evolution& evolution,
                                                    const SearchOptions& options, Seed seed) {
  std::map<std::string, FreshResults> out;
  for (const auto& design : hand_designs()) out[design.text];
  std::vector<Objectives> all;
  std::vector<Objectives> points;
  std::vector<std::string> members;
  for (const auto& member : evolution.archive()) all.push_back(member.objectives);
  for (const auto i : thin(all, options.grid)) {
    const auto& text = evolution.archive()[i].text;
    if (out.contains(text)) continue;
    members.push_back(text);
    points.push_back(all[i]);
  }
  for (const auto i : spread_out(points, static_cast<std::size_t>(options.confirm_members))) out[members[i]];
  auto left = confirm_budget(options);
  for (std::int64_t set = 1; left > 0; ++set)
    for (auto next = out.begin(); next != out.end() && left > 0; ++next, --left)
      next->second[set] = noisy.measured(next->first, set, seed);
  return out;
}

Ended run_once(const NoisyToy& noisy, const SearchOptions& options, Confirming way, Seed seed) {
  auto searching = options;
  if (way != Confirming::kRace) searching.confirm_seeds = 0;
  if (way == Confirming::kNone) searching.evaluations += confirm_budget(options);
  Ended out;
  std::map<std::string, FreshResults> fresh;
  Evolution evolution(noisy.toy, searching, seed, hand_designs());
  while (const auto evaluation = evolution.next()) {
    const auto point = noisy.measured(evaluation->text, evaluation->seed_set, seed);
    if (evaluation->rung == Rung::kConfirm)
      fresh[evaluation->text][evaluation->seed_set] = point;
    else
      out.evaluated.push_back(noisy.truth(evaluation->text));
    evolution.tell({.number = evaluation->number, .objectives = point, .score = 1 - point[0]});
  }
  if (way == Confirming::kEqual) fresh = confirm_equally(noisy, evolution, options, seed);
  out.evaluations = static_cast<std::int64_t>(out.evaluated.size());
  for (const auto& [text, results] : fresh) {
    out.evaluations += static_cast<std::int64_t>(results.size());
    if (results.size() >= 2) out.candidates.push_back({text, mean(results), results});
  }
  if (way == Confirming::kNone)
    for (const auto& member : evolution.archive()) out.candidates.push_back({member.text, member.objectives, {}});
  return out;
}

double hypervolume_share(std::vector<Objectives> points) {
  for (auto& point : points) point[0] = std::max(0.0, point[0]);  // a score is at most 1
  return hypervolume(std::move(points), {1, kMostDecades}) / (kMostDecades - kLeastDecades);
}

struct Averaging {
  double sum = 0;
  double squares = 0;
  std::int64_t count = 0;
  void add(double value) {
    sum += value;
    squares += value * value;
    ++count;
  }
  Average average() const {
    const auto n = static_cast<double>(count);
    const double mean = count > 0 ? sum / n : 0;
    return {mean, count > 1 ? std::sqrt(std::max(0.0, squares / n - mean * mean) / (n - 1)) : 0};
  }
};

}  // namespace

Objectives NoisyToy::truth(const std::string& text) const {
  double best = toy.reference()[0];
  double least = toy.reference()[1];
  for (const auto& [point, name] : toy.front()) {
    best = std::min(best, point[0]);
    least = std::min(least, point[1]);
  }
  const auto point = toy.evaluate(text);
  return {(point[0] - best) / (toy.reference()[0] - best),
          kLeastDecades + (kMostDecades - kLeastDecades) * (point[1] - least) / (toy.reference()[1] - least)};
}

Objectives NoisyToy::measured(const std::string& text, std::int64_t seed_set, Seed seed) const {
  auto out = truth(text);
  const auto set = seed.derive("noise").derive(static_cast<std::uint64_t>(seed_set));
  Rng all(set);
  Rng own(set.derive(text));
  out[0] += common * normal(all) + noise * normal(own);
  return out;
}

std::string to_text(Confirming way) {
  switch (way) {
    case Confirming::kNone:
      return "none";
    case Confirming::kEqual:
      return "equal";
    case Confirming::kRace:
      return "race";
  }
  return "";
}

SearchOptions confirm_search() {
  SearchOptions out;
  out.evaluations = 240;
  out.probe = false;
  out.grid = {0.005, 0.15};
  out.confirm_seeds = 3;
  out.confirm_members = 17;
  return out;
}

namespace {

/// The front that one run returned, held against the truth.
struct Judged {
  double members = 0;
  double right = 0;          // no candidate that the run evaluated beats them in truth
  double on_front = 0;       // on the true front of all candidates
  double undecided = 0;      // another may beat them
  double right_decided = 0;  // right, and not undecided
  double reported = 0;       // hypervolume, a share of the box: by scores
  double truly = 0;          // and in truth
};

bool on_true_front(const Toy& toy, const Objectives& point) {
  return std::any_of(toy.front().begin(), toy.front().end(), [&](const auto& known) { return known.first == point; });
}

Judged judged(const NoisyToy& noisy, const Ended& ended, Confirming way) {
  std::vector<Objectives> shown;
  std::vector<FreshResults> fresh;
  for (const auto& candidate : ended.candidates) {
    shown.push_back(candidate.shown);
    fresh.push_back(candidate.fresh);
  }
  const Comparison comparison(std::move(fresh));
  Judged out;
  std::vector<Objectives> members;
  std::vector<Objectives> truths;
  for (const auto i : front(shown)) {
    const auto& text = ended.candidates[i].text;
    const auto truth = noisy.truth(text);
    members.push_back(shown[i]);
    truths.push_back(truth);
    const bool right = std::none_of(ended.evaluated.begin(), ended.evaluated.end(),
                                    [&](const auto& other) { return dominates(other, truth); });
    bool decided = way != Confirming::kNone;
    for (std::size_t j = 0; j < shown.size() && decided; ++j)
      decided = j == i || comparison.beats(j, i) == Comparison::Beats::kNo;
    ++out.members;
    if (right) ++out.right;
    if (!decided) ++out.undecided;
    if (right && decided) ++out.right_decided;
    if (on_true_front(noisy.toy, noisy.toy.evaluate(text))) ++out.on_front;
  }
  out.reported = hypervolume_share(std::move(members));
  out.truly = hypervolume_share(std::move(truths));
  return out;
}

}  // namespace

ConfirmResult bench_confirm(const NoisyToy& noisy, SearchOptions options, Confirming way, std::int64_t runs,
                            std::int64_t first) {
  Averaging evaluations, returned, share_true, share_on_front, undecided, share_true_decided;
  Averaging reported, truly, gap, distance;
  for (auto run = first; run < first + runs; ++run) {
    const auto ended = run_once(noisy, options, way, Seed{static_cast<std::uint64_t>(run)});
    const auto found = judged(noisy, ended, way);
    const auto n = found.members;
    evaluations.add(static_cast<double>(ended.evaluations));
    returned.add(n);
    if (n > 0) {
      share_true.add(found.right / n);
      share_on_front.add(found.on_front / n);
      undecided.add(found.undecided / n);
    }
    if (n > found.undecided) share_true_decided.add(found.right_decided / (n - found.undecided));
    reported.add(found.reported);
    truly.add(found.truly);
    gap.add(found.reported - found.truly);
    distance.add(std::abs(found.reported - found.truly));
  }
  return {.evaluations = evaluations.average(),
          .returned = returned.average(),
          .share_true = share_true.average(),
          .share_on_front = share_on_front.average(),
          .undecided = undecided.average(),
          .share_true_decided = share_true_decided.average(),
          .reported = reported.average(),
          .truly = truly.average(),
          .gap = gap.average(),
          .distance = distance.average()};
}

}  // namespace madsearch
