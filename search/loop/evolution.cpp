#include "search/loop/evolution.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "search/loop/archive.h"
#include "search/loop/births.h"
#include "search/loop/population.h"
#include "search/loop/promotion.h"
#include "search/loop/race.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMostSeeds = 4;  // of a member that is resampled

std::set<std::string> operators_of(const std::string& origin) {
  std::set<std::string> out;
  for (std::size_t from = 0; from <= origin.size();) {
    const auto to = std::min(origin.find('+', from), origin.size());
    out.insert(origin.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

/// Of designs with the same text the first.
std::vector<SeedDesign> distinct(std::vector<SeedDesign> designs) {
  std::set<std::string> met;
  std::erase_if(designs, [&](const SeedDesign& design) { return !met.insert(design.text).second; });
  return designs;
}

}  // namespace

struct Evolution::Impl {
  struct Underway {
    Evaluation evaluation;
    std::optional<Measurement> result;
  };

  Impl(const Space& space_in, SearchOptions options_in, Seed seed_in, std::vector<SeedDesign> seeds_in)
      : space(space_in),
        options(std::move(options_in)),
        seed(seed_in),
        seeds(distinct(std::move(seeds_in))),
        last(options.evaluations),
        archive(options.grid),
        population(selection(options.algorithm), archive),
        births(space, options, seeds, archive, population),
        promotion(options.eta) {
    if (options.evaluations < 1)
      throw std::invalid_argument("Evolution: evaluations is " + std::to_string(options.evaluations) +
                                  ", at least 1 is needed");
    if (options.lag < 1)
      throw std::invalid_argument("Evolution: lag is " + std::to_string(options.lag) + ", at least 1 is needed");
    if (options.eta < 1)
      throw std::invalid_argument("Evolution: eta is " + std::to_string(options.eta) + ", at least 1 is needed");
  }

  // What evaluation m is.

  std::optional<Evaluation> next() {
    if (handed < last) {
      see(handed - options.lag + 1);
      if (visible < handed - options.lag + 1) return std::nullopt;
      if (auto decided = decide()) return hand_out(std::move(*decided));
      last = handed;  // the space is exhausted
      see(last);
    }
    begin_race();
    if (!race) return std::nullopt;
    auto again = race->next();
    if (!again) return std::nullopt;
    return hand_out(std::move(*again));
  }

  void close() {
    if (handed >= last) return;
    last = handed;
    see(handed);
  }

  std::optional<Evaluation> decide() {
    if (handed < static_cast<std::int64_t>(seeds.size())) {
      const auto& design = seeds[static_cast<std::size_t>(handed)];
      return Evaluation{.text = design.text, .rung = Rung::kBattery, .origin = "seed:" + design.name};
    }
    if (auto climber = promotion.take()) {
      climber->rung = Rung::kBattery;
      return climber;
    }
    if (!resampling.empty()) {
      const auto [member, set] = resampling.front();
      resampling.pop_front();
      const auto& again = archive.at(member);
      return Evaluation{.text = again.text, .rung = Rung::kBattery, .seed_set = set, .origin = again.origin};
    }
    Rng rng(seed.derive("birth").derive(static_cast<std::uint64_t>(handed)));
    auto born = births.next(rng);
    if (!born) return std::nullopt;
    born->rung = options.probe ? Rung::kProbe : Rung::kBattery;
    for (const auto& parent : born->parents)
      if (const auto member = archive.find(parent)) parented(*member);
    for (const auto& name : operators_of(born->origin)) ++statistics[name].first;
    return born;
  }

  /// After each `resample_after` children a member gets one more seed, so that luck doesn't parent for ever.
  void parented(std::size_t member) {
    const auto children = ++archive.at(member).children;
    auto& sets = asked[member];  // seed sets beyond the first
    if (options.resample_after == 0 || sets + 1 >= kMostSeeds || archive.at(member).objectives.empty()) return;
    if (children >= options.resample_after * (sets + 1)) resampling.emplace_back(member, ++sets);
  }

  // What a result changes.

  /// Shows the results that are told, in order of their numbers, until `count` are visible.
  void see(std::int64_t count) {
    while (visible < count && !underway.empty() && underway.front().result) {
      ++visible;
      take(underway.front().evaluation, *underway.front().result);
      underway.pop_front();
    }
  }

  void take(const Evaluation& evaluation, const Measurement& result) {
    const bool ok = result.outcome == Outcome::kOk;
    if (evaluation.rung == Rung::kProbe) return promotion.add(evaluation, result, space.bin(evaluation.text));
    if (evaluation.rung == Rung::kConfirm) return race->add(evaluation, result);
    if (evaluation.rung != Rung::kBattery) return;
    if (evaluation.seed_set > 0) {  // a failed extra seed leaves the mean as it was
      if (!ok) return;
      archive.merge(*archive.find(evaluation.text), result.objectives, result.violation, result.score);
      return population.grade();
    }
    const double violation = ok ? result.violation : std::numeric_limits<double>::infinity();
    const auto member = archive.add({.text = evaluation.text,
                                     .origin = evaluation.origin,
                                     .objectives = result.objectives,
                                     .violation = violation,
                                     .score = result.score,
                                     .number = evaluation.number},
                                    space.bin(evaluation.text));
    asked.push_back(0);
    const bool only_seeds =
        visible <= static_cast<std::int64_t>(seeds.size());  // they make at most half of the first population
    const bool stayed = population.enter(member, static_cast<std::size_t>(only_seeds ? capacity() / 2 : capacity()));
    if (stayed && evaluation.origin.rfind("seed:", 0) != 0)
      for (const auto& name : operators_of(evaluation.origin)) ++statistics[name].second;
  }

  /// Once no result of the search is missing.
  void begin_race() {
    if (!race && handed >= last && visible >= last) race.emplace(archive, seeds, options);
  }

  Evaluation hand_out(Evaluation evaluation) {
    evaluation.number = handed++;
    const auto mix = [this](std::uint64_t value) { hash = hash.derive(value); };
    hash = hash.derive(evaluation.text);
    mix(static_cast<std::uint64_t>(evaluation.rung));
    mix(static_cast<std::uint64_t>(evaluation.seed_set));
    underway.push_back({evaluation, std::nullopt});
    return evaluation;
  }

  void tell(const Measurement& result) {
    const auto refuse = [&](const std::string& why) {
      throw std::invalid_argument("Evolution::tell: number " + std::to_string(result.number) + " " + why);
    };
    const auto place = result.number - visible;
    if (result.number >= handed || result.number < 0) refuse("was not handed out");
    if (place < 0 || underway[static_cast<std::size_t>(place)].result) refuse("was told before");
    if (result.outcome == Outcome::kOk) {
      if (result.objectives.empty()) refuse("has no objectives");
      if (objectives == 0) objectives = result.objectives.size();
      if (result.objectives.size() != objectives)
        refuse("has " + std::to_string(result.objectives.size()) + " objectives, not " + std::to_string(objectives));
      if (!options.grid.empty() && options.grid.size() != objectives)
        refuse("has another number of objectives than the grid");
      if (!std::all_of(result.objectives.begin(), result.objectives.end(),
                       [](double value) { return std::isfinite(value); }) ||
          std::isnan(result.violation))
        refuse("has an objective or a violation that is not a number");
    }
    auto& told = underway[static_cast<std::size_t>(place)].result;
    told = result;
    if (result.outcome != Outcome::kOk) told->objectives.clear();
    if (handed >= last) see(handed);
    begin_race();
  }

  std::int64_t capacity() const { return options.resolved_population(); }

  const Space& space;
  const SearchOptions options;
  const Seed seed;
  const std::vector<SeedDesign> seeds;
  std::int64_t last;  // evaluations of the search proper
  std::int64_t handed = 0, visible = 0;
  std::deque<Underway> underway;  // numbers visible, visible + 1, ..., handed - 1
  Archive archive;
  Population population;
  Births births;
  Promotion promotion;
  std::vector<std::int64_t> asked;                              // extra seed sets of each member of the archive
  std::deque<std::pair<std::size_t, std::int64_t>> resampling;  // member, seed set
  std::optional<Race> race;
  std::size_t objectives = 0;
  Seed hash;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> statistics;
};

Evolution::Evolution(const Space& space, SearchOptions options, Seed seed, std::vector<SeedDesign> seeds)
    : impl_(std::make_unique<Impl>(space, std::move(options), seed, std::move(seeds))) {}
Evolution::~Evolution() = default;
std::optional<Evaluation> Evolution::next() { return impl_->next(); }
void Evolution::tell(const Measurement& measurement) { impl_->tell(measurement); }
void Evolution::close() { impl_->close(); }
bool Evolution::done() const {
  if (impl_->handed < impl_->last) return false;
  return impl_->options.confirm_seeds == 0 || (impl_->race && impl_->race->over());
}
bool Evolution::finished() const { return done() && impl_->visible == impl_->handed; }
std::int64_t Evolution::handed_out() const { return impl_->handed; }
const std::vector<Member>& Evolution::archive() const { return impl_->archive.members(); }
std::vector<std::size_t> Evolution::front() const { return impl_->archive.front(); }
const std::map<std::string, std::pair<std::int64_t, std::int64_t>>& Evolution::operators() const {
  return impl_->statistics;
}

std::string Evolution::signature() const {
  char out[9];
  std::snprintf(out, sizeof out, "%08x", static_cast<unsigned>(impl_->hash.value >> 32));
  return out;
}

void run(Evolution& evolution, Evaluator& evaluator, std::int64_t slots) {
  if (slots < 1) throw std::invalid_argument("run: slots is " + std::to_string(slots) + ", at least 1 is needed");
  for (std::int64_t underway = 0; !evolution.finished();) {
    while (underway < slots && !evaluator.stop()) {
      const auto evaluation = evolution.next();
      if (!evaluation) break;
      evaluator.start(*evaluation);
      ++underway;
    }
    if (evaluator.stop()) return;  // what is under way is done again by a resumed run
    evolution.tell(evaluator.wait());
    --underway;
  }
}

}  // namespace madsearch
