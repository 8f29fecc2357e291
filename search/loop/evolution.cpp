#include "search/loop/evolution.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <deque>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "results/origins.h"
#include "search/loop/archive.h"
#include "search/loop/births.h"
#include "search/loop/population.h"
#include "search/loop/promotion.h"
#include "search/loop/race.h"
#include "search/loop/resampling.h"
#include "search/loop/underway.h"

namespace madsearch {
namespace {

/// The operators in an origin: "crossover+reset" has two.
std::set<std::string> operators_of(const std::string& origin) {
  std::set<std::string> out;
  for (std::size_t from = 0; from <= origin.size();) {
    const auto to = std::min(origin.find('+', from), origin.size());
    out.insert(origin.substr(from, to - from));
    from = to + 1;
  }
  return out;
}

std::vector<SeedDesign> distinct(std::vector<SeedDesign> designs) {
  std::set<std::string> met;
  std::erase_if(designs, [&](const SeedDesign& design) { return !met.insert(design.text).second; });
  return designs;
}

/// Whether turn 0, 1, 2, ... is the control's, so that it has had `share` of the turns so far, rounded down.
bool is_controls_turn(std::int64_t turn, double share) {
  const auto had = [&](std::int64_t turns) { return std::floor(static_cast<double>(turns) * share); };
  return had(turn + 1) > had(turn);
}

void at_least_one(const char* name, double value) {
  if (value >= 1) return;
  char text[120];
  std::snprintf(text, sizeof text, "Evolution: %s is %g, at least 1 is needed", name, value);
  throw std::invalid_argument(text);
}

}  // namespace

struct Evolution::Impl {
  Impl(const Space& space_in, SearchOptions options_in, Seed seed_in, std::vector<SeedDesign> seeds_in)
      : space(space_in),
        options(std::move(options_in)),
        seed(seed_in),
        seeds(distinct(std::move(seeds_in))),
        evaluations(options.evaluations),
        underway(options.grid.size()),
        archive(options.grid),
        population(selection(options.algorithm), archive),
        births(space, options, seeds, archive, population),
        promotion(options.eta),
        control_promotion(options.eta),
        resampling(options.resample_after) {
    at_least_one("evaluations", static_cast<double>(options.evaluations));
    at_least_one("lag", static_cast<double>(options.lag));
    at_least_one("eta", options.eta);
    for (const auto& retry : options.retries) (is_fresh(retry.rung) ? late_retries : retries).push_back(retry);
  }

  // What the next evaluation is.

  std::optional<Evaluation> next() {
    while (searching()) {
      const auto needed = std::max(underway.handed_out() - options.lag + 1, looked_at);
      see(needed);
      if (underway.seen() < needed) return std::nullopt;  // its decision waits for a result
      if (auto decided = decide()) return hand_out(std::move(*decided));
      exhausted = underway.seen() == underway.handed_out();
      if (exhausted) end_search();
      looked_at = underway.seen() + 1;  // one more result, and a probe may climb or have a new child
    }
    if (auto retry = next_retry(retries)) return hand_out(std::move(*retry));
    begin_race();
    if (!race) return std::nullopt;
    if (auto again = race->next()) return hand_out(std::move(*again));
    if (!race->over()) return std::nullopt;
    if (auto retry = next_retry(late_retries)) return hand_out(std::move(*retry));
    return std::nullopt;
  }

  static std::optional<Evaluation> next_retry(std::deque<Evaluation>& from) {
    if (from.empty()) return std::nullopt;
    auto out = std::move(from.front());
    from.pop_front();
    return out;
  }

  std::optional<Evaluation> decide() {
    if (auto design = seed_design()) return design;
    if (auto drawn = control()) return drawn;
    if (auto climber = climbing(promotion)) return climber;
    if (auto again = another_seed()) return again;
    return birth();
  }

  static std::optional<Evaluation> climbing(Promotion& from) {
    auto climber = from.take();
    if (climber) climber->rung = Rung::kBattery;
    return climber;
  }

  /// What number m is to the control; nothing if it is the search's.
  std::optional<Evaluation> control() {
    const auto number = underway.handed_out();
    if (options.control != "random") return std::nullopt;
    if (!is_controls_turn(number - static_cast<std::int64_t>(seeds.size()), options.control_share)) return std::nullopt;
    if (auto climber = climbing(control_promotion)) return climber;
    Rng rng(seed.derive("control").derive(static_cast<std::uint64_t>(number)));
    auto drawn = births.control(rng);
    if (drawn) drawn->rung = first_rung();
    return drawn;
  }

  Rung first_rung() const { return options.probe ? Rung::kProbe : Rung::kBattery; }

  std::optional<Evaluation> seed_design() const {
    const auto number = static_cast<std::size_t>(underway.handed_out());
    if (number >= seeds.size()) return std::nullopt;
    return Evaluation{.text = seeds[number].text, .rung = Rung::kBattery, .origin = "seed:" + seeds[number].name};
  }

  std::optional<Evaluation> another_seed() {
    const auto request = resampling.take();
    if (!request) return std::nullopt;
    const auto& member = archive.at(request->member);
    return Evaluation{
        .text = member.text, .rung = Rung::kBattery, .seed_set = request->seed_set, .origin = member.origin};
  }

  std::optional<Evaluation> birth() {
    Rng rng(seed.derive("birth").derive(static_cast<std::uint64_t>(underway.handed_out())));
    auto born = births.next(rng);
    if (!born) return std::nullopt;
    born->rung = first_rung();
    for (const auto& parent : born->parents) count_child(parent);
    for (const auto& name : operators_of(born->origin)) ++statistics[name].first;
    return born;
  }

  /// A parent that is a seed design may not be in the archive yet.
  void count_child(const std::string& parent) {
    const auto index = archive.find(parent);
    if (!index) return;
    auto& member = archive.at(*index);
    ++member.children;
    if (!member.objectives.empty()) resampling.bred(*index, member.children);
  }

  Evaluation hand_out(Evaluation decided) {
    auto evaluation = underway.hand_out(std::move(decided));
    hash = hash.derive(evaluation.text);
    hash = hash.derive(static_cast<std::uint64_t>(evaluation.rung));
    hash = hash.derive(static_cast<std::uint64_t>(evaluation.seed_set));
    return evaluation;
  }

  // What a result changes.

  void tell(const Measurement& result) {
    underway.tell(result);
    if (!searching()) see(underway.handed_out());
    begin_race();
  }

  /// Takes results in order of their numbers until `count` are seen or one is missing.
  void see(std::int64_t count) {
    while (underway.seen() < count) {
      const auto next = underway.see();
      if (!next) return;
      take(next->evaluation, next->result);
    }
  }

  static bool of_control(const Evaluation& evaluation) { return evaluation.origin == kRandomControl; }

  void take(const Evaluation& evaluation, const Measurement& result) {
    switch (evaluation.rung) {
      case Rung::kProbe:
        if (evaluation.retry > 0) return;  // nothing climbs any more
        return (of_control(evaluation) ? control_promotion : promotion)
            .add(evaluation, result, space.bin(evaluation.text));
      case Rung::kBattery:
        if (of_control(evaluation)) return;
        if (evaluation.retry > 0) return retried(evaluation, result);
        return evaluation.seed_set == 0 ? enter(evaluation, result) : merge(evaluation, result);
      case Rung::kConfirm:
      case Rung::kCounterfactual:
        if (evaluation.retry > 0) return;  // the race is over
        return race->add(evaluation, result);
      default:
        return;
    }
  }

  void enter(const Evaluation& evaluation, const Measurement& result) {
    const bool ok = result.outcome == Outcome::kOk;
    const auto member = archive.add({.text = evaluation.text,
                                     .origin = evaluation.origin,
                                     .objectives = result.objectives,
                                     .violation = ok ? result.violation : std::numeric_limits<double>::infinity(),
                                     .score = result.score,
                                     .number = evaluation.number},
                                    space.bin(evaluation.text));
    const bool only_seeds = underway.seen() <= static_cast<std::int64_t>(seeds.size());
    const auto capacity = options.resolved_population();
    // Seed designs make at most half of the first population, so that others breed too.
    const bool stayed = population.enter(member, static_cast<std::size_t>(only_seeds ? capacity / 2 : capacity));
    if (!stayed || evaluation.origin.starts_with("seed:")) return;
    for (const auto& name : operators_of(evaluation.origin)) ++statistics[name].second;
  }

  /// A member that had failed has a result now; nobody breeds any more, but it may race.
  void retried(const Evaluation& evaluation, const Measurement& result) {
    const auto member = archive.find(evaluation.text);
    if (result.outcome != Outcome::kOk || !member) return;
    if (evaluation.seed_set == 0)
      archive.revive(*member, result.objectives, result.violation, result.score);
    else if (!archive.at(*member).objectives.empty())
      archive.merge(*member, result.objectives, result.violation, result.score);
  }

  /// One more seed of a member. A failed one leaves its mean as it was.
  void merge(const Evaluation& evaluation, const Measurement& result) {
    if (result.outcome != Outcome::kOk) return;
    archive.merge(*archive.find(evaluation.text), result.objectives, result.violation, result.score);
    population.grade();
  }

  // Search, then race.

  bool searching() const { return underway.handed_out() < evaluations; }

  void end_search() {
    if (!searching()) return;
    evaluations = underway.handed_out();
    see(evaluations);
  }

  /// Once no result of the search is missing.
  void begin_race() {
    if (!race && !searching() && retries.empty() && underway.seen() == underway.handed_out())
      race.emplace(archive, seeds, options, space);
  }

  const Space& space;
  const SearchOptions options;
  const Seed seed;
  const std::vector<SeedDesign> seeds;
  std::int64_t evaluations;    // of the search; those of the race come after them
  bool exhausted = false;      // no new candidate was found
  std::int64_t looked_at = 0;  // results that are waited for beyond the lag, as without them none was found
  Underway underway;
  Archive archive;
  Population population;
  Births births;
  Promotion promotion;
  Promotion control_promotion;  // of the control's probes among themselves
  Resampling resampling;
  std::deque<Evaluation> retries;       // before the race
  std::deque<Evaluation> late_retries;  // of fresh seeds, after it
  std::optional<Race> race;
  Seed hash;                                                                // of every decision
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> statistics;  // of each operator: made, entered
};

Evolution::Evolution(const Space& space, SearchOptions options, Seed seed, std::vector<SeedDesign> seeds)
    : impl_(std::make_unique<Impl>(space, std::move(options), seed, std::move(seeds))) {}
Evolution::~Evolution() = default;
std::optional<Evaluation> Evolution::next() { return impl_->next(); }
void Evolution::tell(const Measurement& measurement) { impl_->tell(measurement); }
void Evolution::close() { impl_->end_search(); }
bool Evolution::done() const {
  if (impl_->searching()) return false;
  if (!impl_->retries.empty() || !impl_->late_retries.empty()) return false;
  return impl_->options.confirm_seeds == 0 || (impl_->race && impl_->race->over());
}
bool Evolution::finished() const { return done() && impl_->underway.seen() == impl_->underway.handed_out(); }
bool Evolution::exhausted() const { return impl_->exhausted; }
std::int64_t Evolution::handed_out() const { return impl_->underway.handed_out(); }
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

void run_evolution(Evolution& evolution, Evaluator& evaluator, std::int64_t slots) {
  if (slots < 1)
    throw std::invalid_argument("run_evolution: slots is " + std::to_string(slots) + ", at least 1 is needed");
  for (std::int64_t underway = 0; !evolution.finished(); --underway) {
    for (; underway < slots; ++underway) {
      const auto evaluation = evolution.next();
      if (!evaluation) break;
      evaluator.start(*evaluation);
    }
    if (evolution.finished()) return;  // nothing new was found, and nothing is under way
    evolution.tell(evaluator.wait());
  }
}

}  // namespace madsearch
