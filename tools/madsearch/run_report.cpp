#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "answers.h"
#include "command.h"
#include "configs/errors.h"
#include "front_view.h"
#include "page.h"
#include "page_data.h"
#include "ranges.h"
#include "run_tables.h"
#include "search_view.h"

namespace madsearch {
namespace {

enum class Form { kHtml, kMarkdown, kJson, kCsv };
const std::vector<std::string> kForms = {"html", "md", "json", "csv"};

struct Flags {
  std::vector<std::string> folders;
  std::string out;
  std::string questions = kQuestions;
  Form form = Form::kHtml;
};

/// By how the file's name ends; else HTML.
Form form_of(const std::filesystem::path& file) {
  const auto found = std::find(kForms.begin(), kForms.end(), file.extension().string().erase(0, 1));
  return found == kForms.end() ? Form::kHtml : static_cast<Form>(found - kForms.begin());
}

Value one_or_all(const std::vector<Record>& runs) { return runs.size() == 1 ? Value(runs.front()) : Value(runs); }

std::string report_of(const Flags& flags) {
  std::vector<Record> runs;
  std::string text;
  for (const auto& folder : flags.folders) {
    const auto run = standing_run(folder);
    if (flags.form == Form::kMarkdown) text += (text.empty() ? "" : "\n") + markdown_of(run);
    if (flags.form == Form::kCsv) text += csv_of(run.store);
    if (flags.form == Form::kJson) runs.push_back(search_view(run, folder, Trainings::kWhole));
  }
  if (flags.form == Form::kJson) return one_or_all(runs).json() + "\n";
  if (flags.form != Form::kHtml) return text;
  const auto page = page_with(page_data(flags.folders, flags.questions));
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

void add_report(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("report", "Write runs into one file: a page to look at, or data");
  command->add_option("DIR", flags->folders, "folders of runs")->required();
  command->add_option("--out", flags->out, "the file; without it what is not HTML goes to stdout");
  command
      ->add_option("--format", flags->form,
                   "html, a page that opens without a network; md, tables; json and csv, every evaluation, training "
                   "and pretraining; without this as --out ends")
      ->transform(one_of(kForms))
      ->default_str("html")
      ->option_text("html|md|json|csv [html]");
  add_questions(*command, flags->questions);
  command->callback([flags, command, &code] {
    if (command->count("--format") == 0) flags->form = form_of(flags->out);
    if (flags->form != Form::kHtml && command->count("--questions") > 0)
      throw ConfigError("--questions is for HTML, the only form of a report that has answers");
    report(*flags);
    code = 0;
  });
}

}  // namespace madsearch
