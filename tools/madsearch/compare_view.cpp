#include "compare_view.h"

#include <cmath>
#include <limits>
#include <utility>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/study/pairs.h"
#include "front_view.h"
#include "numbers.h"
#include "search/architecture/parser.h"
#include "table.h"

namespace madsearch {
namespace {

std::string id_of(const ComparedDesign& design) { return short_id(design.row.candidate.hash); }

/// Whether seed sets of equal numbers have the same data in both runs.
bool same_seeds(const ComparedDesign& a, const ComparedDesign& b) {
  return a.folder == b.folder || identity_value(a.meta, "seed") == identity_value(b.meta, "seed");
}

/// All that is known of two designs.
struct Pair {
  const ComparedDesign& a;
  const ComparedDesign& b;
  SeedScores of_a, of_b;
  std::vector<PairedScores> scores;
  bool paired = true;  // the runs have the same seeds
};

SeedScores scores_of(const ComparedDesign& design, const std::vector<std::string>& tasks) {
  auto out = seed_scores(design.evaluations, tasks);
  auto made = seed_scores(design.made, tasks);
  out.made = std::move(made.fresh);
  for (auto& one : made.unscored) {
    one.on = SeedSets::kNew;
    out.unscored.push_back(one);
  }
  return out;
}

Pair pair_of(const ComparedDesign& a, const ComparedDesign& b, const ComparedRun& run) {
  auto tasks = tasks_of(a.evaluations);
  for (const auto* more : {&b.evaluations, &a.made})
    if (tasks.empty()) tasks = tasks_of(*more);
  std::vector<SeedScores> others;
  for (const auto& [hash, evaluations] : run.confirmed())
    if (hash != a.row.candidate.hash && hash != b.row.candidate.hash) others.push_back(seed_scores(evaluations, tasks));
  Pair out{.a = a, .b = b, .of_a = scores_of(a, tasks), .of_b = scores_of(b, tasks), .scores = {}};
  out.paired = same_seeds(a, b);
  auto other = out.of_b;
  if (!out.paired) other.fresh = other.search = {};
  out.scores = paired_scores(out.of_a, other, others, tasks);
  return out;
}

Value finite(double value) { return std::isfinite(value) ? Value(value) : Value(); }

/// Sets what is known of two designs in one number.
void set_facts(Record& out, const PairedScore& score) {
  out.set("a", score.a);
  out.set("b", score.b);
  out.set("difference", score.difference.mean);
  out.set("margin", finite(score.difference.margin));
  out.set("standard_error", finite(score.difference.error));
}

Record facts(const PairedScores& found) {
  Record out = {{"on", to_text(found.on)}, {"seed_sets", found.sets}};
  set_facts(out, found.score);
  out.set("margin_of_one", found.margin_of_one > 0 ? Value(found.margin_of_one) : Value());
  std::vector<Record> tasks;
  for (const auto& score : found.tasks) set_facts(tasks.emplace_back(Record{{"task", score.task}}), score);
  out.set("tasks", tasks);
  return out;
}

Record facts(const Unscored& one) {
  return {{"on", to_text(one.on)},
          {"seed_set", one.seed_set},
          {"outcome", one.finished ? to_text(one.outcome) : "under way"}};
}

/// A design as the front shows it; what it has not measured is unknown.
Record facts(const ComparedDesign& design, const SeedScores& scores) {
  auto out = design_facts(design.meta.objectives, design.row);
  if (!std::isfinite(design.row.score.mean))
    for (const auto* field : {"score", "rung", "seeds", "confirmed"}) out.set(field, Value());
  out.set("origin", design.stored ? Value(design.row.candidate.origin) : Value());
  out.set("run", design.folder);
  out.set("in_run", design.stored);
  out.set("state_length", served_length(design.meta));
  std::vector<Record> unscored;
  for (const auto& one : scores.unscored) unscored.push_back(facts(one));
  out.set("unscored", unscored);
  return out;
}

/// "2 fresh seed sets", "the search's seed set"
std::string sets_text(const PairedScores& found) {
  const auto count = static_cast<std::int64_t>(found.sets.size());
  if (found.on == SeedSets::kSearch) return count == 1 ? "the search's seed set" : "the search's seed sets";
  return counted(count, to_text(found.on) + " seed set");
}

bool has_interval(const PairedScore& score) { return std::isfinite(score.difference.margin); }

/// Whether the two differ surely; nothing where that can't be said.
std::optional<bool> apart(const PairedScores& found) {
  if (found.on == SeedSets::kSearch || !has_interval(found.score)) return {};
  return std::abs(found.score.difference.mean) > found.score.difference.margin;
}

/// Why the two have no seed set in common.
std::string nothing_in_common(const Pair& pair) {
  if (!pair.a.made.empty()) return "No seed set in common on which both were scored.";
  const std::string more = "; --seeds N trains both on N new ones.";
  if (!pair.paired) return "No seed set in common: the two runs have different seeds" + more;
  for (const auto* design : {&pair.a, &pair.b})
    if (!design->stored) return "No seed set in common: " + id_of(*design) + " is no design of its run" + more;
  return "No seed set in common on which both were scored" + more;
}

std::string verdict(const Pair& pair) {
  if (pair.scores.empty()) return nothing_in_common(pair);
  const auto& first = pair.scores.front();
  const auto& higher = first.score.difference.mean < 0 ? pair.b : pair.a;
  if (const auto surely = apart(first)) {
    if (*surely)
      return id_of(higher) + " scores higher: the 95 % interval of the difference on " + sets_text(first) +
             " lies beyond 0.";
    return "Not apart: the 95 % interval of the difference on " + sets_text(first) + " reaches 0.";
  }
  if (first.on == SeedSets::kSearch)
    return "Not decided: the search chose by its own seed set, so a difference on it is a best of many draws; --seeds "
           "N "
           "trains both on N new ones.";
  auto out = std::string("Not decided: one seed set leaves no interval of a difference");
  if (first.margin_of_one > 0)
    out += "; two designs of this run on one are told apart where they differ by " +
           shown("%.3f", first.margin_of_one) + " (95 %, by what its confirmed designs deviate)";
  return out + ".";
}

std::string interval_text(const Record& row) {
  const auto& margin = row.at("margin");
  if (margin.unknown()) return "-";
  const auto middle = row.at("difference").number();
  return shown("%+.3f", middle - margin.number()) + ".." + shown("%+.3f", middle + margin.number());
}

/// "60fef120 less a00d18ce on 2 fresh seed sets (1, 2)" and the table below it.
std::string scores_text(const Pair& pair, const PairedScores& found) {
  std::vector<std::string> sets;
  for (const auto set : found.sets) sets.push_back(std::to_string(set));
  auto out = id_of(pair.a) + " less " + id_of(pair.b) + " on " + sets_text(found) + " (" + joined(sets) + ")\n";
  Table table({{"<", "task"},
               {id_of(pair.a), "a", number("%.3f")},
               {id_of(pair.b), "b", number("%.3f")},
               {"difference", "difference", number("%+.3f")},
               {"95 % interval<", interval_text}});
  const auto add = [&](const PairedScore& score) {
    Record row = {{"task", score.task.empty() ? "score" : score.task}};
    set_facts(row, score);
    table.add(row);
  };
  add(found.score);
  for (const auto& task : found.tasks) add(task);
  return out + table.text();
}

/// The score alone, in a line: "on the search's seed set, by which it chose: +0.051, no interval".
std::string line_text(const PairedScores& found) {
  const auto& difference = found.score.difference;
  auto out = "on " + sets_text(found) + (found.on == SeedSets::kSearch ? ", by which it chose: " : ": ") +
             shown("%+.3f", difference.mean);
  if (!has_interval(found.score)) return out + ", no interval\n";
  return out + " (" + shown("%+.3f", difference.mean - difference.margin) + ".." +
         shown("%+.3f", difference.mean + difference.margin) + ")\n";
}

std::string sizes_text(const Pair& pair, const Record& a, const Record& b) {
  Table table({{"<", "name"}, {id_of(pair.a), "a"}, {id_of(pair.b), "b"}});
  const auto row = [&](const std::string& name, const std::string& field, const Show& show) {
    const auto cell = [&](const Record& design) {
      return design.at(field).unknown() ? std::string("-") : show(design.at(field));
    };
    table.add({{"name", name}, {"a", cell(a)}, {"b", cell(b)}});
  };
  const auto length = a.at("state_length").count();
  const bool alike = length == b.at("state_length").count();
  row(alike ? "state at " + std::to_string(length) + " tokens" : "state where its run counts it", "state", in_groups());
  row("state at " + std::to_string(pair.a.meta.length) + " tokens", "state_exact", in_groups());
  row("parameters", "parameters", in_groups());
  row("FLOPs", "flops", in_groups());
  row("bits per byte", "bits_per_byte", number("%.3f"));
  return table.text();
}

std::string name_text(const ComparedDesign& design) {
  return id_of(design) + "  " + short_text(design.row.candidate.text) +
         (design.stored ? "" : "  (no design of " + design.folder + ")") + "\n";
}

std::string heading(const Pair& pair) {
  const auto& meta = pair.a.meta;
  auto out = name_text(pair.a) + name_text(pair.b) + "battery " + meta.battery + ", protocol " + meta.protocol;
  if (pair.a.folder != pair.b.folder) out += "; of " + pair.a.folder + " and " + pair.b.folder;
  return out + "\n";
}

/// What came to no score, a line each.
std::string unscored_text(const ComparedDesign& design, const SeedScores& scores) {
  std::string out;
  for (const auto& one : scores.unscored) {
    const auto set = std::to_string(one.seed_set);
    const auto kind = one.on == SeedSets::kSearch ? "the search's seed set " : to_text(one.on) + " seed set ";
    out += id_of(design) + (one.finished ? " ended as " + to_text(one.outcome) : " is not finished") + " on " + kind +
           set + "\n";
  }
  return out;
}

std::string text_of(const Pair& pair, const Record& a, const Record& b) {
  auto out = heading(pair) + "\n";
  if (!pair.scores.empty()) {
    out += scores_text(pair, pair.scores.front());
    for (std::size_t i = 1; i < pair.scores.size(); ++i) out += line_text(pair.scores[i]);
  }
  out += unscored_text(pair.a, pair.of_a) + unscored_text(pair.b, pair.of_b);
  return out + (out.ends_with("\n\n") ? "" : "\n") + sizes_text(pair, a, b) + "\n" + verdict(pair) + "\n";
}

std::string csv_of(const Pair& pair) {
  Table out({{"on<", "on"},
             {"seed_sets", "sets"},
             {"task<", "task"},
             {"a", "a", number("%.6f")},
             {"b", "b", number("%.6f")},
             {"difference", "difference", number("%.6f")},
             {"margin", "margin", number("%.6f")}});
  for (const auto& found : pair.scores) {
    const auto add = [&](const PairedScore& score) {
      Record row = {{"on", to_text(found.on)}, {"sets", found.sets.size()}, {"task", score.task}};
      set_facts(row, score);
      out.add(row);
    };
    add(found.score);
    for (const auto& task : found.tasks) add(task);
  }
  return out.csv();
}

}  // namespace

ComparedRun::ComparedRun(const Store& store, std::string folder)
    : store_(store), folder_(std::move(folder)), meta_(read_meta(store)) {
  for (const auto& hash : confirmed_designs(store)) confirmed_[hash] = store.evaluations(hash);
}

ComparedDesign ComparedRun::design(const NamedDesign& named) const {
  ComparedDesign out{.folder = folder_, .meta = meta_, .row = {.candidate = named.candidate}, .stored = named.stored};
  out.row.score.mean = std::numeric_limits<double>::quiet_NaN();
  if (!named.stored) return out;
  if (auto row = completed_design(store_, named.candidate.hash)) out.row = std::move(*row);
  out.evaluations = store_.evaluations(named.candidate.hash);
  return out;
}

void check_comparable(const ComparedDesign& a, const ComparedDesign& b) {
  if (a.row.candidate.hash == b.row.candidate.hash)
    throw ConfigError("both are design " + id_of(a) + ": there is nothing to compare");
  const auto refuse = [&](const std::string& why) {
    throw ConfigError(a.folder + " and " + b.folder + " do not compare: " + why);
  };
  if (a.meta.protocol != b.meta.protocol)
    refuse("one has protocol " + a.meta.protocol + ", the other " + b.meta.protocol);
  if (a.meta.battery_hash != b.meta.battery_hash)
    refuse("their batteries differ, " + a.meta.battery + " (" + a.meta.battery_hash + ") and " + b.meta.battery + " (" +
           b.meta.battery_hash + ")");
  if (scoring_of(a.meta) != scoring_of(b.meta))
    refuse("their scores are of versions " + std::to_string(scoring_of(a.meta)) + " and " +
           std::to_string(scoring_of(b.meta)));
}

Report compare_view(const ComparedDesign& a, const ComparedDesign& b, const ComparedRun& run) {
  const auto pair = pair_of(a, b, run);
  const auto facts_a = facts(a, pair.of_a);
  const auto facts_b = facts(b, pair.of_b);
  std::vector<Record> comparisons;
  for (const auto& found : pair.scores) comparisons.push_back(facts(found));
  const auto surely = pair.scores.empty() ? std::nullopt : apart(pair.scores.front());
  Record record = {{"battery", a.meta.battery},
                   {"protocol", a.meta.protocol},
                   {"scoring", scoring_of(a.meta)},
                   {"same_seeds", pair.paired},
                   {"a", facts_a},
                   {"b", facts_b},
                   {"comparisons", comparisons},
                   {"apart", surely},
                   {"verdict", verdict(pair)}};
  return {std::move(record), text_of(pair, facts_a, facts_b), csv_of(pair)};
}

}  // namespace madsearch
