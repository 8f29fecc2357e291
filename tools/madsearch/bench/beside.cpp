#include "beside.h"

#include <algorithm>
#include <cmath>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "tools/madsearch/command.h"

namespace madsearch {
namespace {

constexpr double kLeastShare = 1e-6;
constexpr double kMostShare = 1e6;

/// A battery's score of a design; nothing where it doesn't take the design, or a training is missing.
std::optional<StudyScore> score_of(const Battery& battery, const StudyDesign& design, const StudyLog& log) {
  try {
    auto score = study_score(battery, design, 1, log);
    return score.complete(1) ? std::optional(std::move(score)) : std::nullopt;
  } catch (const ConfigError&) {
    return std::nullopt;
  }
}

Companion of_battery(const std::string& name, const PretrainingFlags& flags, const PretrainingBench& bench) {
  const auto battery = load_battery(name, configs_folder());
  Companion out{.name = battery.name, .known = {{battery.name, {}}}};
  std::vector<std::size_t> tasks;  // that count
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    if (battery.tasks[i].weight == 0) continue;
    tasks.push_back(i);
    out.known.push_back({battery.name + ": " + battery.tasks[i].task, {}});
  }
  const StudyLog log(flags.beside_log);
  for (const auto& design : compared_designs(bench.published)) {
    const auto score = score_of(battery, design, log);
    if (!score) continue;
    const auto key = hash(design.genome);
    out.known[0].of[key] = score->scores[0];
    for (std::size_t k = 0; k < tasks.size(); ++k) out.known[k + 1].of[key] = score->tasks[tasks[k]][0];
  }
  return out;
}

double share_in(const std::string& name, const std::string& text) {
  const auto share = number_of(text);
  if (!share || *share < kLeastShare || *share > kMostShare)
    throw ConfigError("--beside " + printable(name) + ": after @ stands a share of the setup's budget, " +
                      shown("%g", kLeastShare) + " to " + shown("%g", kMostShare) + ", as in tiny@0.3");
  return *share;
}

Companion of_pretrainings(const std::string& name, const PretrainingFlags& flags, const PretrainingBench& bench) {
  const auto at = name.rfind('@');
  const auto share = share_in(name, name.substr(at + 1));
  auto setup = read_setup(setup_file(name.substr(0, at), configs_folder()), true);
  setup.options.flops *= share;
  const PretrainingLog log(flags.log);
  std::map<std::string, PretrainingRecord> found;
  std::vector<PretrainingRecord> all;
  for (const auto& design : compared_designs(bench.published)) {
    const auto key = pretraining_key(published_request(setup, design.genome, 0), setup.options.content);
    const auto* record = log.find(key);
    if (!record || record->outcome != Outcome::kOk) continue;
    found.emplace(hash(design.genome), *record);
    all.push_back(*record);
  }
  Companion out{.name = setup.name + "@" + shown("%g", share), .is_text = true};
  out.known.push_back({out.name, {}});
  for (const auto& measure : measures(all)) {
    if (measure.name == outside_the_slice().name) continue;  // the two others say it
    if (measure.name != bits_per_byte().name) out.known.push_back({out.name + ": " + measure.name, {}});
    for (const auto& [key, record] : found) out.known.back().of[key] = -measure.of(record);
  }
  return out;
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

}  // namespace

Companion read_beside(const std::string& name, const PretrainingFlags& flags, const PretrainingBench& bench) {
  return name.find('@') == std::string::npos ? of_battery(name, flags, bench) : of_pretrainings(name, flags, bench);
}

std::vector<std::string> pretrained_designs(const PretrainingBench& bench) {
  std::vector<std::string> out;
  for (const auto& design : compared_designs(bench.published))
    if (auto key = hash(design.genome); bench.records.count(key)) out.push_back(std::move(key));
  return out;
}

Known qualities(const TextMeasure& measure, const PretrainingBench& bench) {
  Known out{measure.name, {}};
  for (const auto& [hash, records] : bench.records) {
    std::vector<double> values;
    for (const auto& record : records) values.push_back(-measure.of(record));
    out.of[hash] = mean(values);
  }
  return out;
}

Known sum(const Known& a, const Known& b, const std::vector<std::string>& designs) {
  const auto in_a = scale_of(a.values(designs));
  const auto in_b = scale_of(b.values(designs));
  Known out{a.name + " and " + b.name, {}};
  for (const auto& design : designs) out.of[design] = in_a(a.of.at(design)) + in_b(b.of.at(design));
  return out;
}

std::vector<Known> sums(const PretrainingBench& bench) {
  const auto battery = std::find_if(bench.beside.begin(), bench.beside.end(), [](auto& one) { return !one.is_text; });
  std::vector<Known> out;
  if (battery == bench.beside.end()) return out;
  for (const auto& one : bench.beside) {
    if (!one.is_text) continue;
    for (const auto& known : one.known) out.push_back(sum(battery->known.front(), known, pretrained_designs(bench)));
  }
  return out;
}

std::vector<Predictor> beside_predictors(const PretrainingBench& bench, const PublishedSet& set) {
  std::vector<Known> all;
  const auto bits = qualities(bits_per_byte(), bench);
  for (const auto& one : bench.beside) {
    if (one.is_text) {
      all.insert(all.end(), one.known.begin(), one.known.end());
      continue;
    }
    all.push_back(one.known.front());
    all.push_back(sum(one.known.front(), bits, pretrained_designs(bench)));
  }
  for (auto& both : sums(bench)) all.push_back(std::move(both));
  std::vector<Predictor> out;
  for (const auto& known : all) {
    out.push_back({known.name, {}});
    for (const auto& one : set.cases) {
      const auto& contrast = set.contrasts[one.contrast];
      out.back().right.push_back(rightness(known.of.at(contrast.better), known.of.at(contrast.worse)));
    }
  }
  return out;
}

}  // namespace madsearch
