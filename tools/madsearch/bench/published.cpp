#include "published.h"

#include <iostream>

#include "configs/errors.h"
#include "engine/dispatch/battery_trainings.h"
#include "published_report.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

void find_traits(const Battery& battery, PublishedBench& bench) {
  for (const auto& [hash, genome] : bench.published.genomes) {
    try {
      study_requests(battery, {.name = "published", .genome = genome, .family = ""}, 0);
    } catch (const ConfigError& error) {
      std::cerr << "left out: " << error.what() << "\n";
      continue;
    }
    bench.traits.emplace(hash, traits(genome, shape_of(battery)));
  }
  bench.not_taken = keep_those_of(bench.traits, bench);
}

void find_scores(const PublishedFlags& flags, const Battery& battery, PublishedBench& bench) {
  const auto designs = compared_designs(bench);
  std::vector<const StudyDesign*> asked;
  for (const auto& design : designs) asked.push_back(&design);
  StudyLog log(flags.study.log);
  train_missing(flags.study, battery, asked, flags.study.seeds, log, flags.first);
  for (const auto& design : designs)
    if (auto score = study_score(battery, design, flags.study.seeds, log, flags.first);
        score.complete(flags.study.seeds))
      bench.scores.emplace(hash(design.genome), std::move(score));
  if (!bench.scores.empty()) bench.not_scored = keep_those_of(bench.scores, bench);
}

/// Mean over seed sets, as a search sees one only.
double right_by_score(const StudyScore& better, const StudyScore& worse) {
  double sum = 0;
  for (std::size_t s = 0; s < better.scores.size(); ++s) sum += rightness(better.scores[s], worse.scores[s]);
  return sum / static_cast<double>(better.scores.size());
}

/// The null predictors, and the battery before them where it has scores, of one seed set and by their mean.
void predict(const std::vector<Contrast>& known, const PublishedBench& bench, PublishedSet& set) {
  set.cases = cases(set.contrasts);
  set.predictors = null_predictors(set.contrasts, known, bench.traits);
  if (bench.scores.empty()) return;
  Predictor battery{"battery", {}};
  Predictor by_mean{kMeanOfScores, {}};
  for (const auto& one : set.cases) {
    const auto& better = bench.scores.at(set.contrasts[one.contrast].better);
    const auto& worse = bench.scores.at(set.contrasts[one.contrast].worse);
    battery.right.push_back(right_by_score(better, worse));
    by_mean.right.push_back(rightness(mean(better.scores), mean(worse.scores)));
  }
  if (bench.scores.begin()->second.scores.size() > 1) set.predictors.insert(set.predictors.begin(), std::move(by_mean));
  set.predictors.insert(set.predictors.begin(), std::move(battery));
}

}  // namespace

Report bench_published(const PublishedFlags& flags, const Battery& battery) {
  PublishedBench bench{.published = read_published(flags.folder)};
  choose_contrasts(flags.study.half, bench);
  auto known = contrasts(bench.published, true, Half::kAll).list;
  find_traits(battery, bench);
  keep_those_of(bench.traits, known);
  find_scores(flags, battery, bench);
  for (auto* set : {&bench.headline, &bench.beside, &bench.agreed}) predict(known, bench, *set);
  return published_report(flags, battery, bench);
}

}  // namespace madsearch
