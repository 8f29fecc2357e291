#include "published_report.h"

#include <algorithm>
#include <optional>
#include <set>

#include "configs/text.h"
#include "engine/dispatch/battery_trainings.h"
#include "published_findings.h"
#include "task_table.h"
#include "tools/madsearch/numbers.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

std::string key_of(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

Record facts(const Part& part, const std::string& predictor, const Shares& shares) {
  const auto& [right, difference] = shares;
  return {{"part", part.name},
          {"trust", part.set->trust},
          {"contrasts", right.contrasts},
          {"papers", right.papers},
          {"predictor", predictor},
          {"right", right.mean},
          {"low", low(right.bounds)},
          {"high", high(right.bounds)},
          {"battery_better_by", difference.mean},
          {"better_low", low(difference.bounds)},
          {"better_high", high(difference.bounds)},
          {"alike_right", right.alike},
          {"alike_low", low(right.alike_bounds)},
          {"alike_high", high(right.alike_bounds)},
          {"alike_better_by", difference.alike},
          {"alike_better_low", low(difference.alike_bounds)},
          {"alike_better_high", high(difference.alike_bounds)}};
}

/// `alike`: where contrasts weigh the same, not papers.
Table predictor_table(const Findings& found, bool scored, bool alike) {
  const std::string prefix = alike ? "alike_" : "";
  const auto better = alike ? "alike_better" : "better";
  std::vector<Column> columns = {{alike ? "contrasts alike<" : "papers alike<", "predictor"},
                                 {"right", prefix + "right", percent()},
                                 {"95 % bootstrap<", range("%.2f", prefix + "low", prefix + "high")}};
  if (scored) {
    columns.emplace_back("battery better by", alike ? "alike_better_by" : "battery_better_by", number("%+.2f"));
    columns.emplace_back("95 % bootstrap<",
                         range("%+.2f", std::string(better) + "_low", std::string(better) + "_high"));
  }
  return Table(columns, found.predictors);
}

/// Of every predictor on every part, for programs.
Table share_table(const Findings& found) {
  std::vector<Column> columns;
  for (const auto* name : {"part", "trust", "contrasts", "papers", "predictor"}) columns.emplace_back(name, name);
  for (const auto* name : {"right", "low", "high", "battery_better_by", "better_low", "better_high", "alike_right",
                           "alike_low", "alike_high", "alike_better_by", "alike_better_low", "alike_better_high"})
    columns.emplace_back(name, name, number("%.4f"));
  return Table(columns, found.all);
}

Table part_table(const Findings& found) {
  std::vector<Column> columns = {{"contrasts<", "part"}, {"trust<", "trust"}, {"", "contrasts"}, {"papers", "papers"}};
  for (const auto& name : found.names) columns.emplace_back(name, key_of(name), percent());
  return Table(columns, found.parts);
}

/// The best first.
std::vector<Record> design_facts(const PublishedFlags& flags, const Battery& battery, const PublishedBench& bench) {
  std::vector<Record> rows;
  for (const auto& design : compared_designs(bench)) {
    const auto key = hash(design.genome);
    const auto& traits = bench.traits.at(key);
    const auto score = bench.scores.find(key);
    std::vector<std::string> trainings;  // keys of the log's lines
    for (auto s = flags.first; s < flags.first + flags.study.seeds; ++s)
      for (const auto& row : study_requests(battery, design, s))
        for (const auto& request : row) trainings.push_back(request.id);
    rows.push_back({{"score", score == bench.scores.end() ? Value() : Value(mean(score->second.scores))},
                    {"state", traits.state},
                    {"parameters", traits.parameters},
                    {"mixers", traits.mixers.size()},
                    {"convolution", traits.convolution ? "yes" : "no"},
                    {"text", text(design.genome)},
                    {"hash", key},
                    {"trainings", trainings}});
  }
  const auto score = [](const Record& row) { return row.at("score").unknown() ? -1 : row.at("score").number(); };
  std::stable_sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) { return score(a) > score(b); });
  return rows;
}

std::vector<Record> contrast_facts(const PublishedBench& bench) {
  std::vector<Record> out;
  for (const auto& one : bench.headline.contrasts)
    out.push_back({{"better", one.better}, {"worse", one.worse}, {"papers", one.papers}, {"groups", one.groups}});
  return out;
}

Table design_table(const std::vector<Record>& rows) {
  return Table({{"score", "score", number("%.3f")},
                {"state", "state", number("%.0f")},
                {"parameters", "parameters", number("%.0f")},
                {"mixers", "mixers"},
                {"convolution<", "convolution"},
                {"design<", "text"}},
               rows);
}

std::string title_of(const PublishedFlags& flags, const Battery& battery, const PublishedBench& bench) {
  auto out = "battery " + battery.name + " against published results, " + half_in_words(flags.study.half) + ": " +
             counted(static_cast<std::int64_t>(bench.headline.contrasts.size()), "contrast") + " of trust A and B";
  if (bench.contradicting > 0) out += ", " + std::to_string(bench.contradicting) + " more contradict themselves";
  if (bench.not_taken > 0)
    out += ", " + std::to_string(bench.not_taken) + " have a design that the battery does not take";
  if (bench.not_scored > 0) out += ", " + std::to_string(bench.not_scored) + " are not scored";
  return out + (bench.scores.empty() ? "\nnothing is scored: null predictors alone\n"
                                     : "; " + counted(flags.study.seeds, "seed set") + "\n");
}

std::string notes(const Battery& battery, const std::vector<std::string>& predictors) {
  const auto shape = shape_of(battery);
  const bool means = std::count(predictors.begin(), predictors.end(), kMeanOfScores) > 0;
  const auto of_mean = means ? " (" + kMeanOfScores + ": of the mean over its seed sets)" : "";
  return "right: contrasts (two designs that a paper has clearly apart) that are ordered rightly, of one seed set's "
         "scores" +
         of_mean +
         "; a tie is half; every paper weighs the same, or every contrast does; bootstrapped over papers;\n"
         "state and parameters: at width " +
         std::to_string(shape.width) + ", state after " + std::to_string(shape.length) +
         " tokens, more is better; kinds of mixers: more is better; lookup table: shares of primitives, windows and "
         "convolutions, fitted to contrasts of trust A and B of the other papers; a primitive left out: also without "
         "every contrast with a mixer in which the two designs differ, each in turn\n";
}

/// What the battery says of the designs of the headline, and what it costs.
struct Use {
  std::size_t designs = 0;
  std::vector<Record> tasks;
  ScoreUse score;
};

Use use_of(const Battery& battery, const PublishedBench& bench) {
  std::set<std::string> headline;
  for (const auto& one : bench.headline.contrasts) headline.insert({one.better, one.worse});
  const auto designs = compared_designs(bench);
  std::vector<Compared> scored;
  for (const auto& design : designs) {
    const auto key = hash(design.genome);
    if (headline.contains(key)) scored.push_back({&design, 0, bench.scores.at(key)});
  }
  return {scored.size(), task_facts(battery, scored), score_use(scored)};
}

std::string text_of(const Use& use) {
  const auto& score = use.score;
  auto out = task_text(use.tasks, "on the " + std::to_string(use.designs) + " designs of these contrasts") +
             "core seconds a design: " + shown("%.1f", score.median_seconds) + " (median), " +
             shown("%.1f", score.worst_seconds) + " at most";
  if (score.reliability) out += "; reliability " + shown("%.2f", *score.reliability) + " (Spearman of two seed sets)";
  return out + "\n";
}

}  // namespace

Report published_report(const PublishedFlags& flags, const Battery& battery, const PublishedBench& bench) {
  const auto found = findings(bench, !bench.scores.empty(), facts, key_of);
  const bool scored = !bench.scores.empty();
  auto text = title_of(flags, battery, bench) + predictor_table(found, scored, false).text() +
              predictor_table(found, scored, true).text() + notes(battery, found.names) + "\n" +
              part_table(found).text();
  std::optional<Use> use;
  if (scored) text += text_of(use.emplace(use_of(battery, bench)));
  const auto designs = flags.designs ? design_facts(flags, battery, bench) : std::vector<Record>();
  if (flags.designs) text += "\n" + design_table(designs).text();
  const auto shape = shape_of(battery);
  Record facts = {{"battery", battery.name},
                  {"against", "published"},
                  {"half", flags.study.half},
                  {"width", shape.width},
                  {"length", shape.length},
                  {"seed_sets", flags.study.seeds},
                  {"first_seed_set", flags.first},
                  {"contrasts", bench.headline.contrasts.size()},
                  {"contradicting", bench.contradicting},
                  {"not_taken", bench.not_taken},
                  {"not_scored", bench.not_scored},
                  {"shares", found.all}};
  if (use) {
    facts.set("tasks", use->tasks);
    facts.set("median_core_seconds", use->score.median_seconds);
    facts.set("worst_core_seconds", use->score.worst_seconds);
    facts.set("reliability", use->score.reliability);
  }
  if (flags.designs) {
    facts.set("designs", designs);
    facts.set("contrast_list", contrast_facts(bench));
  }
  return {facts, text, share_table(found).csv()};
}

}  // namespace madsearch
