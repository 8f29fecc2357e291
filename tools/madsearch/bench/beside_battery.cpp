#include "beside_battery.h"

#include <cmath>
#include <functional>
#include <set>

#include "engine/run/config.h"
#include "primitives/table.h"
#include "tools/madsearch/command.h"

namespace madsearch {
namespace {

/// A design that is pretrained and scored.
struct Both {
  const std::vector<PretrainingRecord>* records = nullptr;
  const StudyScore* score = nullptr;
  const Traits* traits = nullptr;
};

std::vector<Both> both(const PretrainingBench& bench) {
  std::vector<Both> out;
  for (const auto& design : compared_designs(bench.published)) {
    const auto key = hash(design.genome);
    const auto records = bench.records.find(key);
    const auto score = bench.beside->scores.find(key);
    if (records == bench.records.end() || score == bench.beside->scores.end()) continue;
    out.push_back({&records->second, &score->second, &bench.published.traits.at(key)});
  }
  return out;
}

/// How good a pretraining found a design: fewer bits are better.
double quality(const TextMeasure& measure, const std::vector<PretrainingRecord>& records) {
  std::vector<double> values;
  for (const auto& record : records) values.push_back(-measure.of(record));
  return mean(values);
}

struct Scale {
  double middle = 0;
  double deviation = 1;
  double operator()(double value) const { return (value - middle) / deviation; }
};

Scale scale_of(const std::vector<double>& values) {
  Scale out{mean(values), 0};
  for (const auto value : values) out.deviation += std::pow(value - out.middle, 2);
  out.deviation = std::sqrt(out.deviation / static_cast<double>(values.size()));
  if (out.deviation == 0) out.deviation = 1;
  return out;
}

using Known = std::pair<std::string, std::function<double(const Both&)>>;

std::vector<Known> predictors(const BatteryScores& beside) {
  std::vector<Known> out = {{beside.battery.name, [](const Both& one) { return one.score->scores[0]; }}};
  for (std::size_t i = 0; i < beside.battery.tasks.size(); ++i)
    if (beside.battery.tasks[i].weight > 0)
      out.emplace_back(beside.battery.name + ": " + beside.battery.tasks[i].task,
                       [i](const Both& one) { return one.score->tasks[i][0]; });
  out.emplace_back("state", [](const Both& one) { return one.traits->state; });
  out.emplace_back("parameters", [](const Both& one) { return one.traits->parameters; });
  out.emplace_back("kinds of mixers", [](const Both& one) { return static_cast<double>(one.traits->mixers.size()); });
  return out;
}

constexpr std::size_t kFewest = 5;  // designs of a family

std::string family_of(const Traits& design) {
  std::set<std::string> families;
  for (const auto& mixer : design.mixers) families.insert(find_primitive(mixer)->family);
  return families.size() == 1 ? *families.begin() : "hybrid";
}

Agreement score_beside_bits(const std::vector<const Both*>& designs, const std::string& name) {
  std::vector<double> scores;
  std::vector<double> found;
  std::vector<double> states;
  for (const auto* one : designs) {
    scores.push_back(one->score->scores[0]);
    found.push_back(quality(bits_per_byte(), *one->records));
    states.push_back(one->traits->state);
  }
  return agreement(scores, found, states, Seed{}.derive(name));
}

}  // namespace

std::vector<OfFamily> agreements_by_family(const PretrainingBench& bench) {
  if (!bench.beside) return {};
  const auto designs = both(bench);
  std::map<std::string, std::vector<const Both*>> families;
  for (const auto& one : designs) families[family_of(*one.traits)].push_back(&one);
  std::vector<OfFamily> out;
  for (const auto& [family, inside] : families) {
    if (inside.size() < kFewest) continue;
    out.push_back({family, score_beside_bits(inside, family)});
    std::vector<const Both*> others;
    for (const auto& one : designs)
      if (family_of(*one.traits) != family) others.push_back(&one);
    out.push_back({"all but " + family, score_beside_bits(others, "all but " + family)});
  }
  return out;
}

BatteryScores battery_scores(const PretrainingFlags& flags, const PretrainingBench& bench) {
  BatteryScores out{load_battery(flags.beside, configs_folder()), {}};
  const StudyLog log(flags.beside_log);
  for (const auto& design : compared_designs(bench.published))
    if (auto score = study_score(out.battery, design, 1, log); score.complete(1))
      out.scores.emplace(hash(design.genome), std::move(score));
  return out;
}

std::vector<Predictor> battery_predictors(const PretrainingBench& bench, const PublishedSet& set) {
  std::vector<double> scores;
  std::vector<double> qualities;
  for (const auto& one : both(bench)) {
    scores.push_back(one.score->scores[0]);
    qualities.push_back(quality(bits_per_byte(), *one.records));
  }
  const auto score_scale = scale_of(scores);
  const auto quality_scale = scale_of(qualities);
  const auto score = [&](const std::string& hash) { return bench.beside->scores.at(hash).scores[0]; };
  const auto sum = [&](const std::string& hash) {
    return score_scale(score(hash)) + quality_scale(quality(bits_per_byte(), bench.records.at(hash)));
  };
  std::vector<Predictor> out = {{bench.beside->battery.name, {}},
                                {bench.beside->battery.name + " and bits per byte", {}}};
  for (const auto& one : set.cases) {
    const auto& contrast = set.contrasts[one.contrast];
    out[0].right.push_back(rightness(score(contrast.better), score(contrast.worse)));
    out[1].right.push_back(rightness(sum(contrast.better), sum(contrast.worse)));
  }
  return out;
}

std::vector<Agrees> agreements(const PretrainingBench& bench) {
  if (!bench.beside) return {};
  const auto designs = both(bench);
  std::vector<double> states;
  std::vector<PretrainingRecord> records;
  for (const auto& one : designs) {
    states.push_back(one.traits->state);
    records.insert(records.end(), one.records->begin(), one.records->end());
  }
  std::vector<Agrees> out;
  for (const auto& measure : measures(records)) {
    std::vector<double> found;
    for (const auto& one : designs) found.push_back(quality(measure, *one.records));
    for (const auto& [name, of] : predictors(*bench.beside)) {
      std::vector<double> predicted;
      for (const auto& one : designs) predicted.push_back(of(one));
      out.push_back({name, measure.name, agreement(predicted, found, states, Seed{}.derive(name))});
    }
  }
  return out;
}

}  // namespace madsearch
