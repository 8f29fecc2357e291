#include "search/loop/race.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "results/origins.h"
#include "search/loop/selections/ranking.h"

namespace madsearch {
namespace {

constexpr std::int64_t kLeastSets = 2;  // an interval needs two
constexpr std::int64_t kShownSets = 3;  // of the members of the front: Student's t falls from 12.7 to 4.3
constexpr std::int64_t kMostSets = 8;   // two designs that eight seed sets don't tell apart are as good as each other
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// By how many margins of noise `member` is behind `ahead`, in the objective in which noise explains that most easily;
/// minus infinity if it is better in an objective without noise, and so is not beaten at all.
double margins_behind(const Objectives& member, const Objectives& ahead, const std::vector<double>& noise) {
  double out = kInfinity;
  for (std::size_t k = 0; k < noise.size(); ++k) {
    const double difference = member[k] - ahead[k];
    if (noise[k] > 0)
      out = std::min(out, difference / noise[k]);
    else if (difference < 0)
      out = -kInfinity;
  }
  return out;
}

}  // namespace

Race::Race(const Archive& archive, const std::vector<SeedDesign>& seeds, const SearchOptions& options,
           const Space& space)
    : archive_(archive),
      space_(space),
      left_(options.confirm_seeds * (static_cast<std::int64_t>(seeds.size()) + options.confirm_members)),
      members_(options.confirm_members),
      most_(std::max(kMostSets, 2 * options.confirm_seeds)),
      counterfactuals_in_(!options.counterfactuals) {
  open(seeds);
  kept_ = kept_for_counterfactuals();
  left_ -= kept_;
}

std::optional<Evaluation> Race::next() {
  if (round_.empty()) return std::nullopt;
  auto out = std::move(round_.front());
  round_.pop_front();
  return out;
}

void Race::add(const Evaluation& evaluation, const Measurement& result) {
  if (evaluation.rung == Rung::kConfirm) note(evaluation, result);
  if (--outstanding_ == 0) plan();
}

void Race::note(const Evaluation& evaluation, const Measurement& result) {
  const auto racer =
      std::find_if(racers_.begin(), racers_.end(), [&](const Racer& other) { return other.text == evaluation.text; });
  if (result.outcome == Outcome::kOk)
    racer->fresh[evaluation.seed_set] = result.objectives;
  else
    racer->races = false;
}

bool Race::over() const {
  if (!round_.empty()) return false;
  return outstanding_ == 0 || (left_ == 0 && counterfactuals_in_);
}

bool Race::known(const std::string& text) const {
  return std::any_of(racers_.begin(), racers_.end(), [&](const Racer& racer) { return racer.text == text; });
}

void Race::enter(const std::string& text, const std::string& origin, bool seed, bool races) {
  racers_.push_back({.text = text, .origin = origin, .seed = seed, .races = races});
}

void Race::open(const std::vector<SeedDesign>& seeds) {
  for (const auto& design : seeds) {
    const auto member = archive_.find(design.text);  // none if the search was closed before its turn
    enter(design.text, "seed:" + design.name, true, member && archive_.members()[*member].violation <= 0);
  }
  std::vector<std::size_t> others;
  std::vector<Objectives> points;
  for (const auto i : archive_.thinned_front()) {
    if (known(archive_.members()[i].text)) continue;
    others.push_back(i);
    points.push_back(archive_.members()[i].objectives);
  }
  const auto affordable = std::max<std::int64_t>(0, left_ / kLeastSets - static_cast<std::int64_t>(racers_.size()));
  for (const auto i : spread_out(points, static_cast<std::size_t>(std::min(members_, affordable)))) {
    const auto& member = archive_.members()[others[i]];
    enter(member.text, member.origin, false, true);
  }
  std::vector<std::size_t> all(racers_.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  ask(all, kLeastSets);
}

/// `sets` more seed sets of each, one set after the other, so that a run that ends early has as many of each.
void Race::ask(const std::vector<std::size_t>& racers, std::int64_t sets) {
  for (std::int64_t set = 0; set < sets; ++set)
    for (const auto i : racers) {
      auto& racer = racers_[i];
      if (left_ == 0 || racer.asked >= most_) continue;
      round_.push_back({.text = racer.text, .rung = Rung::kConfirm, .seed_set = ++racer.asked, .origin = racer.origin});
      --left_;
      ++outstanding_;
    }
}

/// Half of what two sets of each design leave, a quarter of all, three sets for each that may need them: the least.
std::int64_t Race::kept_for_counterfactuals() const {
  if (counterfactuals_in_) return 0;
  std::set<std::string> texts;
  for (const auto& racer : racers_) texts.insert(racer.text);
  for (const auto i : archive_.thinned_front()) texts.insert(archive_.members()[i].text);
  const auto may_need = std::count_if(texts.begin(), texts.end(),
                                      [this](const std::string& text) { return space_.counterfactual(text); });
  const auto all = left_ + outstanding_;
  return std::min({left_ / 2, all / 4, kShownSets * may_need});
}

/// The counterfactuals of the front, one set after the other, as far as the evaluations go. One that races is measured
/// already.
void Race::ask_counterfactuals() {
  left_ += std::exchange(kept_, 0);
  std::set<std::pair<std::string, std::int64_t>> asked;  // two members may have the same
  for (std::int64_t set = 1; set <= kShownSets; ++set)
    for (const auto i : members_of_front()) {
      const auto text = space_.counterfactual(racers_[i].text);
      if (left_ == 0 || !text || known(*text) || !racers_[i].fresh.contains(set)) continue;
      if (!asked.emplace(*text, set).second) continue;
      round_.push_back({.text = *text,
                        .rung = Rung::kCounterfactual,
                        .seed_set = set,
                        .origin = kWithoutConvolution,
                        .parents = {racers_[i].text}});
      --left_;
      ++outstanding_;
    }
}

void Race::plan() {
  plan_race();
  if (outstanding_ > 0 || std::exchange(counterfactuals_in_, true)) return;
  ask_counterfactuals();
  if (outstanding_ == 0) plan_race();  // with what was kept for them
}

void Race::plan_race() {
  if (!std::exchange(contenders_in_, true)) {
    ask(entered(contenders()), kLeastSets);
    if (outstanding_ > 0) return;
  }
  auto candidates = shown();
  std::erase_if(candidates, [this](std::size_t i) { return racers_[i].asked >= kShownSets; });
  if (candidates.empty()) candidates = undecided();
  if (candidates.empty()) candidates = shown();
  ask(candidates, 1);
}

/// Lets the first of `members` race, as many as a sixth of what is left can measure on two seed sets (at least one).
std::vector<std::size_t> Race::entered(const std::vector<std::size_t>& members) {
  const auto affordable = std::min((left_ + 6 * kLeastSets - 1) / (6 * kLeastSets), left_ / kLeastSets);
  std::vector<std::size_t> out;
  for (const auto i : members) {
    if (static_cast<std::int64_t>(out.size()) == affordable) break;
    out.push_back(racers_.size());
    enter(archive_.members()[i].text, archive_.members()[i].origin, false, true);
  }
  return out;
}

/// Racers that have an interval: place in racers_, mean objectives.
std::vector<std::pair<std::size_t, Objectives>> Race::means() const {
  std::vector<std::pair<std::size_t, Objectives>> out;
  for (std::size_t i = 0; i < racers_.size(); ++i) {
    const auto& fresh = racers_[i].fresh;
    if (!racers_[i].races || fresh.size() < kLeastSets) continue;
    out.emplace_back(i, mean(fresh));
  }
  return out;
}

/// Compares racers_, in their order; those that do not race are without results.
Comparison Race::comparison() const {
  std::vector<FreshResults> results;
  for (const auto& racer : racers_) results.push_back(racer.races ? racer.fresh : FreshResults{});
  return Comparison(std::move(results));
}

/// Members of the archive that may belong to the front though they don't race yet, the most promising first.
std::vector<std::size_t> Race::contenders() const {
  const auto compared = comparison();
  std::vector<double> noise;  // the margin of each objective
  for (std::size_t k = 0; k < compared.objectives(); ++k) noise.push_back(compared.margin_of_one(k));
  std::vector<Objectives> front;  // by fresh means, and by the search's scores where there are none
  for (auto& [racer, mean] : means()) front.push_back(std::move(mean));
  for (const auto i : archive_.front())
    if (!known(archive_.members()[i].text)) front.push_back(archive_.members()[i].objectives);
  std::vector<std::pair<double, std::size_t>> found;  // margins behind the front, member
  for (std::size_t i = 0; i < archive_.members().size(); ++i) {
    const auto& member = archive_.members()[i];
    if (member.violation > 0 || known(member.text)) continue;
    double behind = -kInfinity;
    for (const auto& ahead : front)
      if (ahead != member.objectives) behind = std::max(behind, margins_behind(member.objectives, ahead, noise));
    if (behind <= 1) found.emplace_back(behind, i);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::size_t> out;
  for (const auto& [behind, i] : found) out.push_back(i);
  return out;
}

/// Whether a racer is out of it: it doesn't race, has no interval, or another one surely beats it.
bool Race::out_of_race(std::size_t racer, const Comparison& compared) const {
  const auto runs = [&](std::size_t i) { return racers_[i].races && racers_[i].fresh.size() >= kLeastSets; };
  if (!runs(racer)) return true;
  for (std::size_t other = 0; other < racers_.size(); ++other)
    if (runs(other) && compared.beats(other, racer) == Comparison::Beats::kSurely) return true;
  return false;
}

/// Of each pair that may or may not beat one another, the one with fewer seed sets (both of equally many); those with
/// the fewest first.
std::vector<std::size_t> Race::undecided() const {
  const auto compared = comparison();
  std::vector<std::size_t> running;
  for (std::size_t i = 0; i < racers_.size(); ++i)
    if (!out_of_race(i, compared)) running.push_back(i);
  std::vector<bool> wants(racers_.size());
  for (const auto i : running)
    for (const auto j : running) {
      if (i == j || compared.beats(j, i) != Comparison::Beats::kPerhaps) continue;
      if (racers_[i].asked <= racers_[j].asked) wants[i] = true;
      if (racers_[j].asked <= racers_[i].asked) wants[j] = true;
    }
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < racers_.size(); ++i)
    if (wants[i] && racers_[i].asked < most_) out.push_back(i);
  std::stable_sort(out.begin(), out.end(),
                   [&](std::size_t a, std::size_t b) { return racers_[a].asked < racers_[b].asked; });
  return out;
}

/// The front of fresh means.
std::vector<std::size_t> Race::members_of_front() const {
  const auto raced = means();
  std::vector<Objectives> points;
  for (const auto& [racer, mean] : raced) points.push_back(mean);
  std::vector<std::size_t> out;
  for (const auto i : madsearch::front(points)) out.push_back(raced[i].first);
  return out;
}

/// Of the members of the front of fresh means and the seed designs, those with the fewest seed sets.
std::vector<std::size_t> Race::shown() const {
  const auto front = members_of_front();
  std::int64_t fewest = most_;
  std::vector<std::size_t> out;
  for (const auto& [i, mean] : means()) {
    const auto& racer = racers_[i];
    if (!racer.seed && !std::binary_search(front.begin(), front.end(), i)) continue;
    if (racer.asked < fewest) {
      fewest = racer.asked;
      out.clear();
    }
    if (racer.asked == fewest && fewest < most_) out.push_back(i);
  }
  return out;
}

}  // namespace madsearch
