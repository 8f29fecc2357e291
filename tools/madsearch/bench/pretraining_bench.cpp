#include "pretraining_bench.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <stdexcept>

#include "beside.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/pretraining_design.h"
#include "results/scoring.h"
#include "tools/madsearch/logged_pretrainings.h"

namespace madsearch {
namespace {

constexpr double kFarFromTarget = 2;  // as a worker refuses (engine/worker/pretraining_plan.h)

/// Requests and traits of the published designs that can be trained as the setup says.
void find_designs(PretrainingBench& bench) {
  auto& published = bench.published;
  for (const auto& [hash, genome] : published.published.genomes) {
    auto request = published_request(bench.setup, genome, 0);
    try {
      const auto scaled = pretraining_design(request);
      const auto ratio = static_cast<double>(scaled.parameters) / static_cast<double>(request.parameters);
      if (ratio > kFarFromTarget || ratio < 1 / kFarFromTarget)
        throw std::invalid_argument("at width " + std::to_string(scaled.width) + " it has " +
                                    std::to_string(scaled.parameters) + " parameters");
      published.traits.emplace(hash, traits(scaled.genome, {scaled.width, request.length, Protocol::kMadsearch}));
    } catch (const std::invalid_argument& error) {
      std::cerr << "left out: " << text(genome) << ": " << error.what() << "\n";
      continue;
    }
    bench.requests.emplace(hash, std::move(request));
  }
  published.not_taken = keep_those_of(published.traits, published);
}

/// Keeps designs whose hash begins as one of `only`.
void keep_only(const std::vector<std::string>& only, PretrainingBench& bench) {
  if (only.empty()) return;
  std::set<std::string> kept;
  for (const auto& beginning : only) {
    const auto before = kept.size();
    for (const auto& design : compared_designs(bench.published))
      if (const auto key = hash(design.genome); key.starts_with(beginning)) kept.insert(key);
    if (kept.size() == before)
      throw ConfigError("no design of these papers has a hash that begins with " + in_quotes(beginning) +
                        "; --designs --stored lists them");
  }
  keep_those_of(kept, bench.published);
  if (compared_designs(bench.published).empty())
    throw ConfigError("--only " + joined(only, ",") + " leaves no contrast: it needs both designs of one at least");
}

/// Drops what needs a design that no contrast of trust A and B has.
void keep_headline(PublishedBench& bench) {
  std::set<std::string> kept;
  for (const auto& one : bench.headline.contrasts) kept.insert({one.better, one.worse});
  keep_those_of(kept, bench);
}

/// The trainings of a design, by seed set.
std::vector<std::string> keys_of(const PretrainingFlags& flags, const PretrainingBench& bench, const Genome& genome) {
  std::vector<std::string> out;
  for (std::int64_t s = 0; s < flags.seeds; ++s)
    out.push_back(pretraining_key(published_request(bench.setup, genome, s), bench.setup.options.content));
  return out;
}

void train_missing(const PretrainingFlags& flags, const PretrainingBench& bench, PretrainingLog& log) {
  std::vector<LoggedPretraining> asked;
  for (std::int64_t s = 0; s < flags.seeds; ++s)
    for (const auto& design : compared_designs(bench.published)) {
      auto request = published_request(bench.setup, design.genome, s);
      request.id = pretraining_key(request, bench.setup.options.content);
      asked.push_back({std::move(request), s});
    }
  const auto missing = missing_in(log, asked);
  if (missing.empty()) return;
  if (!flags.stored) {
    pretrain_logged(missing, bench.setup.name, flags.workers.options(), log);
    return;
  }
  std::cerr << missing.size() << " pretrainings of setup " << bench.setup.name << " are not in " << flags.log;
  if (log.scored_otherwise() > 0)
    std::cerr << " under scoring " << kScoring << "; it has " << log.scored_otherwise() << " of another scoring";
  std::cerr << "\n";
}

void find_records(const PretrainingFlags& flags, const PretrainingLog& log, PretrainingBench& bench) {
  for (const auto& design : compared_designs(bench.published)) {
    std::vector<PretrainingRecord> found;
    for (const auto& key : keys_of(flags, bench, design.genome))
      if (const auto* record = log.find(key); record && record->outcome == Outcome::kOk) found.push_back(*record);
    if (static_cast<std::int64_t>(found.size()) == flags.seeds)
      bench.records.emplace(hash(design.genome), std::move(found));
  }
  if (!bench.records.empty()) bench.published.not_scored = keep_those_of(bench.records, bench.published);
}

double right_by(const TextMeasure& measure, const std::vector<PretrainingRecord>& better,
                const std::vector<PretrainingRecord>& worse) {
  double sum = 0;
  for (std::size_t s = 0; s < better.size(); ++s) sum += rightness(-measure.of(better[s]), -measure.of(worse[s]));
  return sum / static_cast<double>(better.size());
}

/// The measures, then the null predictors.
void predict(const std::vector<Contrast>& known, const PretrainingBench& bench, PublishedSet& set) {
  set.cases = cases(set.contrasts);
  for (const auto& measure : measures(bench.all_records())) {
    Predictor predictor{measure.name, {}};
    for (const auto& one : set.cases) {
      const auto& contrast = set.contrasts[one.contrast];
      predictor.right.push_back(right_by(measure, bench.records.at(contrast.better), bench.records.at(contrast.worse)));
    }
    set.predictors.push_back(std::move(predictor));
  }
  if (!bench.records.empty())
    for (auto& predictor : beside_predictors(bench, set)) set.predictors.push_back(std::move(predictor));
  for (auto& predictor : null_predictors(set.contrasts, known, bench.published.traits))
    set.predictors.push_back(std::move(predictor));
}

}  // namespace

PretrainingBench pretraining_bench(const PretrainingFlags& flags) {
  PretrainingBench bench;
  bench.setup = read_setup(setup_file(flags.setup, configs_folder()), flags.stored);
  bench.setup.options.flops *= flags.times;
  auto& published = bench.published;
  published.published = read_published(flags.published);
  choose_contrasts(flags.half, published);
  auto known = contrasts(published.published, true, Half::kAll).list;
  find_designs(bench);
  keep_those_of(published.traits, known);
  keep_only(flags.only, bench);
  if (flags.headline) keep_headline(published);
  PretrainingLog log(flags.log);
  train_missing(flags, bench, log);
  find_records(flags, log, bench);
  for (const auto& name : flags.beside) {
    bench.beside.push_back(read_beside(name, flags, bench));
    bench.beside.back().lacking = keep_those_of(bench.beside.back().known.front().of, published);
  }
  for (auto* set : {&published.headline, &published.beside, &published.agreed}) predict(known, bench, *set);
  return bench;
}

}  // namespace madsearch
