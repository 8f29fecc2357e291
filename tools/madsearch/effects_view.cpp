#include "effects_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/directory.h"
#include "engine/study/effects.h"
#include "engine/study/pairs.h"
#include "numbers.h"
#include "search/architecture/parser.h"
#include "table.h"
#include "trial_view.h"

namespace madsearch {
namespace {

constexpr std::size_t kLeast = 20;     // designs
constexpr std::size_t kAFeature = 10;  // designs a feature, below which it is said that there are few

/// The results of a run: of each design the mean over the search's seed sets, of the score and then of each task.
struct RunResults {
  std::string folder;
  RunMeta meta;
  std::vector<std::string> tasks;
  std::map<std::string, Objectives> designs;  // by expanded text
};

RunResults results_in(const std::string& folder) {
  const auto store = store_in(folder);
  RunResults out{folder, read_meta(store), tasks_of(store.evaluations()), {}};
  std::map<std::string, std::vector<EvaluationRecord>> evaluations;
  for (auto& one : store.evaluations()) evaluations[one.hash].push_back(std::move(one));
  for (const auto& candidate : store.candidates())
    if (const auto scores = seed_scores(evaluations[candidate.hash], out.tasks); !scores.search.empty())
      out.designs[candidate.text] = mean(scores.search);
  return out;
}

std::string battery_text(const RunMeta& meta) {
  return "battery " + meta.battery + " (" + meta.battery_hash.substr(0, 8) + "), protocol " + meta.protocol +
         ", scoring " + std::to_string(scoring_of(meta));
}

void check_alike(const std::vector<RunResults>& runs) {
  const auto& first = runs.front();
  for (const auto& run : runs)
    if (run.meta.battery_hash != first.meta.battery_hash || run.meta.protocol != first.meta.protocol ||
        scoring_of(run.meta) != scoring_of(first.meta))
      throw ConfigError("effects are of runs of one battery, protocol and scoring:\n  " + first.folder + " has " +
                        battery_text(first.meta) + "\n  " + run.folder + " has " + battery_text(run.meta));
}

/// The designs of all runs, each once.
struct Results {
  std::vector<Genome> genomes;
  std::vector<std::vector<double>> runs;     // shares of runs in what is known of a design
  std::vector<std::vector<double>> targets;  // the score, then each task; by design
};

/// Nothing for a text of another release perhaps.
std::optional<Genome> genome_of(const std::string& text) {
  try {
    return canonical(parse_expanded(text));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

Results together(const std::vector<RunResults>& runs) {
  std::map<std::string, std::map<std::size_t, Objectives>> designs;
  for (std::size_t r = 0; r < runs.size(); ++r)
    for (const auto& [text, scores] : runs[r].designs) designs[text][r] = scores;
  Results out;
  out.targets.resize(1 + runs.front().tasks.size());
  for (const auto& [text, by_run] : designs) {
    const auto genome = genome_of(text);
    if (!genome) continue;
    out.genomes.push_back(*genome);
    auto& shares = out.runs.emplace_back(runs.size());
    Objectives sums(out.targets.size());
    for (const auto& [r, scores] : by_run) {
      shares[r] = 1 / static_cast<double>(by_run.size());
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += scores[k] * shares[r];
    }
    for (std::size_t k = 0; k < sums.size(); ++k) out.targets[k].push_back(sums[k]);
  }
  return out;
}

/// All that was found.
struct Found {
  std::vector<RunResults> runs;
  std::size_t designs = 0;
  std::vector<Feature> features;
  std::vector<TargetEffects> targets;  // the score, then each task
  std::string name(std::size_t target) const { return target == 0 ? "score" : runs.front().tasks[target - 1]; }
};

Found find(const std::vector<std::string>& folders) {
  Found out;
  for (const auto& folder : folders) out.runs.push_back(results_in(folder));
  check_alike(out.runs);
  const auto results = together(out.runs);
  out.designs = results.genomes.size();
  if (out.designs < kLeast)
    throw ConfigError("effects need " + std::to_string(kLeast) + " designs that completed the battery; " +
                      joined(folders) + " " + (folders.size() == 1 ? "has " : "have ") + std::to_string(out.designs));
  auto designs = design_features(results.genomes);
  if (designs.features.empty()) throw ConfigError("these designs differ in nothing that five of them have");
  out.targets = effects(designs, results.runs, results.targets, Seed{}.derive("effects"));
  out.features = std::move(designs.features);
  return out;
}

Record facts(const Found& found, std::size_t j) {
  const auto& feature = found.features[j];
  Record of;
  for (std::size_t k = 0; k < found.targets.size(); ++k) {
    const auto& effect = found.targets[k].effects[j];
    of.set(found.name(k),
           Record{{"effect", effect.value}, {"low", effect.low}, {"high", effect.high}, {"clear", effect.clear}});
  }
  return {{"group", feature.group}, {"name", feature.name}, {"step", feature.unit}, {"on", of}};
}

Record explained(const Found& found, std::size_t k) {
  const auto& target = found.targets[k];
  Record alone, without;
  for (const auto& [group, share] : target.alone) alone.set(group, share);
  for (const auto& [group, share] : target.without) without.set(group, share);
  return {{"of", found.name(k)},
          {"mean", target.mean},
          {"explained", target.explained},
          {"alone", alone},
          {"without", without}};
}

/// Features by how sure their largest effect is: the share of the interval's half-width.
std::vector<Record> ranked(const Found& found) {
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t j = 0; j < found.features.size(); ++j) {
    double most = 0;
    for (const auto& target : found.targets) {
      if (target.explained <= 0) continue;
      const auto& effect = target.effects[j];
      if (effect.high > effect.low) most = std::max(most, std::abs(effect.value) / (effect.high - effect.low));
    }
    order.emplace_back(-most, j);
  }
  std::stable_sort(order.begin(), order.end());
  std::vector<Record> out;
  for (const auto& [sureness, j] : order) out.push_back(facts(found, j));
  return out;
}

Table explained_table(const std::vector<Record>& targets) {
  std::vector<Column> columns = {
      {"of<", "of"}, {"mean", "mean", number("%.3f")}, {"explained", "explained", number("%.2f")}};
  for (const auto& field : targets.front().at("alone").record().fields()) {
    const auto group = field.name;
    columns.emplace_back(
        group, [group](const Record& row) { return row.at("alone").record().at(group); }, number("%.2f"));
  }
  return Table(std::move(columns), targets);
}

/// "+0.012*", the star for a clear one.
std::string effect_text(const Record& row, const std::string& target) {
  const auto& effect = row.at("on").record().at(target).record();
  return shown("%+.3f", effect.at("effect").number()) + (effect.at("clear").truth() ? "*" : " ");
}

/// Effects on the score with intervals, then on the tasks of which something is explained.
Table effect_table(const Found& found, const std::vector<Record>& rows) {
  std::vector<Column> columns = {{"score", [](const Record& row) { return effect_text(row, "score"); }},
                                 {"95 % interval<", [](const Record& row) {
                                    return range("%+.3f", "low", "high")(row.at("on").record().at("score").record());
                                  }}};
  for (std::size_t k = 1; k < found.targets.size(); ++k) {
    if (found.targets[k].explained <= 0) continue;
    const auto name = found.name(k);
    columns.emplace_back(task_heading(name), [name](const Record& row) { return effect_text(row, name); });
  }
  columns.emplace_back("step<", "name");
  return Table(std::move(columns), rows);
}

std::string title(const Found& found) {
  std::vector<std::string> folders;
  for (const auto& run : found.runs) folders.push_back(run.folder);
  return "what went with scores in " + joined(folders) + ": " + std::to_string(found.designs) + " designs, " +
         counted(static_cast<std::int64_t>(found.features.size()), "feature") + ", battery " +
         found.runs.front().meta.battery + ", the search's scores\n";
}

bool is_few(const Found& found) { return found.designs < kAFeature * found.features.size(); }

std::string few_text(const Found& found) {
  if (!is_few(found)) return "";
  return "few designs for so many features (" + std::to_string(kAFeature) +
         " a feature would do): read intervals, not effects\n";
}

std::string text_of(const Found& found, const std::vector<Record>& targets, const std::vector<Record>& features,
                    std::size_t top) {
  constexpr const char* kNoCause =
      "no causes: the search chose these designs, the better ones more often, and features that go together share an "
      "effect\n";
  auto out = title(found) + few_text(found) + kNoCause + "\n" + explained_table(targets).text() +
             "explained: share of the variance between designs that a ridge regression tells of left-out ones (10 "
             "folds),\nby all features, then by each group alone; at 0 or below the mean does as well\n\n";
  const bool nothing = std::all_of(found.targets.begin(), found.targets.end(),
                                   [](const TargetEffects& target) { return target.explained <= 0; });
  if (nothing) return out + "nothing is explained, so no effect is shown; --format json has them\n";
  auto rows = features;
  rows.resize(std::min(rows.size(), top));
  out += effect_table(found, rows).text() +
         "a step: a block (a pair of neighbours) of it in place of an average one, or a block of it last instead of "
         "first;\nintervals: bootstrapped over designs; *: not 0 either where all effects on that score are judged "
         "together\n";
  if (rows.size() < features.size())
    out += std::to_string(features.size() - rows.size()) +
           " more features, of less sure effects: --top, --format "
           "json\n";
  return out;
}

}  // namespace

Report effects_view(const std::vector<std::string>& folders, std::size_t top) {
  const auto found = find(folders);
  std::vector<Record> targets;
  for (std::size_t k = 0; k < found.targets.size(); ++k) targets.push_back(explained(found, k));
  const auto features = ranked(found);
  const auto& meta = found.runs.front().meta;
  const Record record{{"runs", folders},          {"battery", meta.battery}, {"protocol", meta.protocol},
                      {"designs", found.designs}, {"few", is_few(found)},    {"explained", targets},
                      {"features", features}};
  return {record, text_of(found, targets, features, top), effect_table(found, features).csv()};
}

}  // namespace madsearch
