#include "run_report.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "candidate_view.h"
#include "command.h"
#include "compare_view.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "front_view.h"
#include "page.h"
#include "run_tables.h"
#include "search_view.h"
#include "why_view.h"

namespace madsearch {
namespace {

constexpr std::size_t kMostShown = 400;    // candidates of which a report holds everything
constexpr std::size_t kMostCompared = 16;  // designs of which it holds the comparison of any two

enum class Form { kHtml, kMarkdown, kJson, kCsv };

struct Flags {
  std::vector<std::string> folders;
  std::string out;
  Form form = Form::kHtml;
};

/// Of those that have more to show than their place in the search.
std::set<std::string> asked_about(const Store& store) {
  std::set<std::string> out;
  const auto front = read_front(store);
  for (const auto& row : front.front) out.insert(row.candidate.hash);
  for (const auto& row : front.hand_designs) out.insert(row.candidate.hash);
  for (const auto& pretraining : front.pretrainings) out.insert(pretraining.hash);
  for (const auto& evaluation : store.scores())
    if (is_fresh(evaluation.rung)) out.insert(evaluation.hash);
  return out;
}

/// The candidates of which a report holds everything: all, or of a large run those that are asked about.
std::vector<CandidateRecord> told_of(const Store& store) {
  auto out = store.candidates();
  if (out.size() <= kMostShown) return out;
  const auto chosen = asked_about(store);
  std::erase_if(out, [&](const CandidateRecord& candidate) { return !chosen.contains(candidate.hash); });
  return out;
}

/// Of these candidates everything, by hash.
Record shown(const Store& store, const std::vector<CandidateRecord>& candidates) {
  Record out;
  for (const auto& candidate : candidates) out.set(candidate.hash, candidate_view(store, candidate).record);
  return out;
}

/// Of these candidates why they are on the front or not, by hash.
Record reasons_of(const Store& store, const std::string& folder, const std::vector<CandidateRecord>& candidates) {
  const FrontReasons reasons(store, expected_deviation(store, folder));
  Record out;
  for (const auto& candidate : candidates) out.set(candidate.hash, why_view(reasons, folder, candidate).record);
  return out;
}

/// The designs that are compared first: the front and hand designs before what else was confirmed or pretrained.
std::vector<std::string> compared_first(const Store& store) {
  const auto front = read_front(store);
  std::vector<std::string> out;
  const auto add = [&](const std::string& hash) {
    if (out.size() < kMostCompared && std::find(out.begin(), out.end(), hash) == out.end()) out.push_back(hash);
  };
  for (const auto* rows : {&front.front, &front.hand_designs})
    for (const auto& row : *rows) add(row.candidate.hash);
  for (const auto& hash : asked_about(store)) add(hash);
  return out;
}

/// Each two of these designs.
std::vector<Record> compared(const Store& store, const std::string& folder) {
  const ComparedRun run(store, folder);
  std::vector<ComparedDesign> designs;
  for (const auto& hash : compared_first(store))
    if (auto candidate = store.candidate(hash)) designs.push_back(run.design({std::move(*candidate)}));
  std::vector<Record> out;
  for (std::size_t a = 0; a < designs.size(); ++a)
    for (std::size_t b = a + 1; b < designs.size(); ++b)
      out.push_back(compare_view(designs[a], designs[b], run).record.record());
  return out;
}

Value one_or_all(const std::vector<Record>& runs) { return runs.size() == 1 ? Value(runs.front()) : Value(runs); }

std::string report_of(const Flags& flags) {
  std::vector<Record> runs;
  std::string text;
  for (const auto& folder : flags.folders) {
    if (flags.form == Form::kHtml) {
      runs.push_back(page_data(folder));
      continue;
    }
    const auto run = standing_run(folder);
    if (flags.form == Form::kMarkdown) text += (text.empty() ? "" : "\n") + markdown_of(run);
    if (flags.form == Form::kCsv) text += csv_of(run.store);
    if (flags.form == Form::kJson) runs.push_back(search_view(run, folder, Trainings::kWhole));
  }
  if (flags.form == Form::kJson) return one_or_all(runs).json() + "\n";
  if (flags.form != Form::kHtml) return text;
  const auto page = page_with(Record{{"live", false}, {"runs", runs}});
  if (!page) throw ConfigError(kNoPage);
  return *page;
}

void write_out(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << text << std::flush;
  if (!out) throw ConfigError("can't write " + file);
}

void report(const Flags& flags) {
  if (flags.form == Form::kHtml && flags.out.empty())
    throw ConfigError("a report in HTML goes to a file: --out FILE.html (or --format md, json, csv)");
  if (flags.form == Form::kCsv && flags.folders.size() > 1)
    throw ConfigError("a report in CSV is of one run: its rows don't say of which");
  const auto text = report_of(flags);
  if (flags.out.empty())
    std::cout << text;
  else
    write_out(flags.out, text);
}

}  // namespace

Record page_data(const std::string& folder) {
  const auto run = standing_run(folder);
  auto out = search_view(run, folder, Trainings::kTimes);
  const auto candidates = told_of(run.store);
  out.set("shown", shown(run.store, candidates));
  out.set("why", reasons_of(run.store, folder, candidates));
  out.set("compared", compared(run.store, folder));
  return out;
}

void add_report(CLI::App& app, int& code) {
  static const std::map<std::string, Form> forms = {
      {"html", Form::kHtml}, {"md", Form::kMarkdown}, {"json", Form::kJson}, {"csv", Form::kCsv}};
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("report", "Write runs into one file: a page to look at, or data");
  command->add_option("DIR", flags->folders, "folders of runs")->required();
  command->add_option("--out", flags->out, "the file; without it what is not HTML goes to stdout");
  command
      ->add_option("--format", flags->form,
                   "html, a page that opens without a network; md, tables; json and csv, every evaluation, training "
                   "and pretraining")
      ->transform(CLI::CheckedTransformer(forms))
      ->default_str("html")
      ->option_text("html|md|json|csv [html]");
  command->callback([flags, &code] {
    report(*flags);
    code = 0;
  });
}

}  // namespace madsearch
