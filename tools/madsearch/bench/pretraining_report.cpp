#include "pretraining_report.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "beside_agreement.h"
#include "beside_report.h"
#include "configs/text.h"
#include "published_findings.h"
#include "results/interval.h"
#include "tools/madsearch/numbers.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

Record facts(const Part& part, const std::string& predictor, const Shares& shares) {
  const auto& right = shares.right;
  return {{"part", part.name},
          {"trust", part.set->trust},
          {"contrasts", right.contrasts},
          {"papers", right.papers},
          {"predictor", predictor},
          {"right", right.mean},
          {"low", low(right.bounds)},
          {"high", high(right.bounds)},
          {"alike_right", right.alike},
          {"alike_low", low(right.alike_bounds)},
          {"alike_high", high(right.alike_bounds)}};
}

/// How far one seed set deviates from its design's mean, over all designs; nothing of one seed set.
std::optional<double> noise_of(const TextMeasure& measure, const PretrainingBench& bench) {
  double squares = 0;
  double freedom = 0;
  for (const auto& [hash, records] : bench.records) {
    std::vector<double> values;
    for (const auto& record : records) values.push_back(measure.of(record));
    for (const double value : values) squares += std::pow(value - mean(values), 2);
    freedom += static_cast<double>(values.size()) - 1;
  }
  return freedom > 0 ? std::optional(std::sqrt(squares / freedom)) : std::nullopt;
}

/// A measure's mean and, of several seed sets, its 95 % interval.
void set_measured(const TextMeasure& measure, const std::vector<PretrainingRecord>& records, Record& out) {
  std::vector<double> values;
  for (const auto& record : records) values.push_back(measure.of(record));
  const auto found = wide_interval(values);
  out.set(measure.name, found.mean);
  out.set(measure.name + " low", found.low ? Value(*found.low) : Value());
  out.set(measure.name + " high", found.high ? Value(*found.high) : Value());
}

/// A score as it is, bits per byte of smaller pretrainings as bits.
Record beside_facts(const std::string& hash, const PretrainingBench& bench) {
  Record out;
  for (const auto& one : bench.beside)
    for (const auto& known : one.known)
      if (const auto found = known.of.find(hash); found != known.of.end())
        out.set(known.name, one.is_text ? -found->second : found->second);
  return out;
}

/// The best first; those that are not trained last.
std::vector<Record> design_facts(const PretrainingBench& bench) {
  std::vector<Record> out;
  const auto measured = measures(bench.all_records());
  for (const auto& design : compared_designs(bench.published)) {
    const auto key = hash(design.genome);
    const auto& traits = bench.published.traits.at(key);
    Record row = {{"hash", key}, {"text", text(design.genome)}, {"family", family_of(traits)}, {"state", traits.state}};
    if (const auto found = bench.records.find(key); found != bench.records.end()) {
      const auto& first = found->second.front();
      for (const auto& measure : measured) set_measured(measure, found->second, row);
      row.set("recall_share", first.recall_share);
      row.set("parameters", first.parameters);
      row.set("width", first.width);
      std::vector<double> rates;
      double seconds = 0;
      for (const auto& record : found->second) {
        rates.push_back(record.learning_rate.value());
        seconds += record.core_seconds;
      }
      row.set("learning_rates", rates);
      row.set("core_seconds", seconds);
    }
    if (!bench.beside.empty()) row.set("beside", beside_facts(key, bench));
    out.push_back(std::move(row));
  }
  if (!measured.empty())
    std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
      return a.at(measured[0].name).number() < b.at(measured[0].name).number();
    });
  return out;
}

/// "2.185 ±0.012", "2.185 one run".
std::function<std::string(const Record&)> with_interval(const std::string& name) {
  return [=](const Record& row) {
    const auto& high = row.at(name + " high");
    const auto mean = row.at(name).number();
    return shown("%.4f", mean) + (high.unknown() ? " one run" : shown(" ±%.4f", high.number() - mean));
  };
}

std::string rates_of(const Record& row) {
  std::string out;
  for (const auto& rate : row.at("learning_rates").list()) out += (out.empty() ? "" : " ") + shown("%g", rate.number());
  return out;
}

std::string design_table(const std::vector<Record>& rows, const std::vector<TextMeasure>& measured) {
  std::vector<Column> columns;
  for (const auto& measure : measured) columns.emplace_back(measure.name + "<", with_interval(measure.name));
  if (!measured.empty()) {
    columns.emplace_back("rates<", rates_of);
    columns.emplace_back("parameters", "parameters", in_groups());
    columns.emplace_back("width", "width");
    columns.emplace_back("core s", "core_seconds", number("%.0f"));
  }
  columns.emplace_back("state", "state", number("%.0f"));
  columns.emplace_back("hash<", [](const Record& row) { return row.at("hash").text().substr(0, 8); });
  columns.emplace_back("design<", "text");
  return Table(columns, rows).text();
}

/// `alike`: where contrasts weigh the same, not papers.
std::string predictor_table(const Findings& found, bool alike) {
  const std::string prefix = alike ? "alike_" : "";
  return Table({{alike ? "contrasts alike<" : "papers alike<", "predictor"},
                {"right", prefix + "right", percent()},
                {"95 % bootstrap<", range("%.2f", prefix + "low", prefix + "high")}},
               found.predictors)
      .text();
}

std::string part_table(const Findings& found) {
  std::vector<Column> columns = {{"contrasts<", "part"}, {"trust<", "trust"}, {"", "contrasts"}, {"papers", "papers"}};
  for (const auto& name : found.names) columns.emplace_back(name, name, percent());
  return Table(columns, found.parts).text();
}

std::string share_csv(const Findings& found) {
  std::vector<Column> columns;
  for (const auto* name : {"part", "trust", "contrasts", "papers", "predictor"}) columns.emplace_back(name, name);
  for (const auto* name : {"right", "low", "high", "alike_right", "alike_low", "alike_high"})
    columns.emplace_back(name, name, number("%.4f"));
  return Table(columns, found.all).csv();
}

std::string title_of(const PretrainingFlags& flags, const PretrainingBench& bench) {
  const auto& published = bench.published;
  auto out = "setup " + bench.setup.name + (flags.times == 1 ? "" : shown(" at %g times its budget", flags.times)) +
             " against published results, " + half_in_words(flags.half) + ": " +
             counted(static_cast<std::int64_t>(published.headline.contrasts.size()), "contrast") + " of trust A and B";
  if (published.contradicting > 0)
    out += ", " + std::to_string(published.contradicting) + " more contradict themselves";
  if (published.not_taken > 0) out += ", " + std::to_string(published.not_taken) + " have a design that can't be sized";
  if (published.not_scored > 0) out += ", " + std::to_string(published.not_scored) + " are not pretrained";
  for (const auto& one : bench.beside)
    if (one.lacking > 0)
      out += ", " + std::to_string(one.lacking) + (one.is_text ? " are not pretrained under " : " are not scored by ") +
             one.name;
  return out + (bench.records.empty() ? "\nnothing is pretrained: null predictors alone\n"
                                      : "; " + counted(flags.seeds, "seed set") + "\n");
}

std::string noise_text(const PretrainingBench& bench, const std::vector<TextMeasure>& measured) {
  std::string out;
  for (const auto& measure : measured)
    if (const auto noise = noise_of(measure, bench))
      out += (out.empty() ? "" : ", ") + measure.name + shown(" %.4f", *noise);
  if (measured.empty()) return "";
  const auto share = bench.records.begin()->second.front().recall_share;
  return (out.empty() ? "one run of each design: no interval\n" : "one seed set deviates by: " + out + "\n") +
         (share ? shown("the recall slice has %.1f %% of the targets\n", 100 * *share) : "");
}

constexpr const char* kNotes =
    "right: contrasts (two designs that a paper has clearly apart) in which the better one has fewer bits, of one seed "
    "set; a tie is half; every paper weighs the same, or every contrast does; bootstrapped over papers;\n"
    "recall slice: targets that end an n-gram which their window held before and which is rare in the training text; "
    "the null predictors as in `bench battery`, state after the setup's length\n";

}  // namespace

Report pretraining_report(const PretrainingFlags& flags, const PretrainingBench& bench) {
  const auto found = findings(bench.published, false, facts, std::identity());
  const auto measured = measures(bench.all_records());
  const auto designs = design_facts(bench);
  auto text = title_of(flags, bench) + predictor_table(found, false) + predictor_table(found, true) + kNotes +
              noise_text(bench, measured) + "\n" + part_table(found);
  const auto beside = beside_findings(bench);
  text += beside.text;
  if (flags.designs) text += "\n" + design_table(designs, measured);
  Record facts = {{"setup", bench.setup.name},
                  {"against", "published"},
                  {"half", flags.half},
                  {"times", flags.times},
                  {"seed_sets", flags.seeds},
                  {"content", bench.setup.options.content},
                  {"contrasts", bench.published.headline.contrasts.size()},
                  {"not_taken", bench.published.not_taken},
                  {"not_scored", bench.published.not_scored}};
  Record noise;
  for (const auto& measure : measured) noise.set(measure.name, noise_of(measure, bench));
  facts.set("deviation", noise);
  facts.set("shares", found.all);
  if (!bench.beside.empty()) {
    std::vector<std::string> names;
    Record lacking;
    for (const auto& one : bench.beside) {
      names.push_back(one.name);
      lacking.set(one.name, one.lacking);
    }
    facts.set("beside", names);
    facts.set("not_beside", lacking);
    facts.set("agreements", beside.agreements);
    facts.set("by_family", beside.families);
  }
  if (flags.designs) facts.set("designs", designs);
  return {facts, text, share_csv(found)};
}

}  // namespace madsearch
