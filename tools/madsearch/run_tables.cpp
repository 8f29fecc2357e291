#include "run_tables.h"

#include <algorithm>
#include <map>

#include "candidate_view.h"
#include "configs/text.h"
#include "front_view.h"
#include "results/fields.h"
#include "results/imported.h"
#include "search/architecture/parser.h"
#include "stored.h"
#include "table.h"

namespace madsearch {
namespace {

/// A cell of a table in Markdown: its bars and tags are no marks there.
std::string cell(const std::string& text) {
  std::string out;
  for (const char letter : printable(text)) {
    if (letter == '|' || letter == '\\' || letter == '<' || letter == '*' || letter == '_' || letter == '`')
      out += '\\';
    out += letter;
  }
  return out;
}

std::string markdown_table(const std::vector<Column>& columns, const std::vector<Value>& rows) {
  std::string out = "|";
  std::string rule = "|";
  for (const auto& column : columns) {
    const bool left = column.heading.ends_with('<');
    out += " " + column.heading.substr(0, column.heading.size() - (left ? 1 : 0)) + " |";
    rule += left ? " --- |" : " ---: |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : rows) {
    out += "|";
    for (const auto& column : columns) out += " " + cell(column.text(row.record())) + " |";
    out += "\n";
  }
  return out;
}

std::vector<Column> design_columns() {
  return {{"id<", "id"},
          {"score", "score", number("%.3f")},
          {"95 % interval<", range("%.3f", "score_low", "score_high")},
          {"seeds", "seeds"},
          {"state", "state", in_groups()},
          {"parameters", "parameters", in_groups()},
          {"bits/byte", "bits_per_byte", number("%.3f")},
          {"origin<", "origin"},
          {"design<", "text"}};
}

std::vector<Column> pretrained_columns() {
  return {{"id<", "id"},
          {"role<", "role"},
          {"outcome<", "outcome"},
          {"bits/byte", "bits_per_byte", number("%.3f")},
          {"parameters", "parameters", in_groups()},
          {"tokens", "tokens", in_groups()},
          {"state", "state", in_groups()},
          {"design<", "text"}};
}

/// "battery ok 35, failed 2"
std::string outcomes_text(const Store& store) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& evaluation : store.scores())
    if (evaluation.finished) ++counts[to_text(evaluation.rung) + " " + to_text(evaluation.outcome)];
  std::vector<std::string> words;
  for (const auto& [name, count] : counts) words.push_back(name + " " + std::to_string(count));
  return joined(words);
}

/// What rows of all kinds have, in order.
const std::vector<std::string>& csv_fields() {
  static const std::vector<std::string> fields = [] {
    std::vector<std::string> out = {"kind", "design", "evaluation"};
    const auto take = [&](const Record& record) {
      for (const auto& field : record.fields())
        if (field.name != "text" && std::find(out.begin(), out.end(), field.name) == out.end())
          out.push_back(field.name);
    };
    Record record;
    add_fields(record, EvaluationRecord());
    record.remove("tasks_json");
    add_fields(record, TrainingRecord());
    add_fields(record, PretrainingRecord());
    take(record);
    out.push_back("imported");
    return out;
  }();
  return fields;
}

Column csv_column(const std::string& field) {
  return {field, [field](const Record& row) { return row.at(field).unknown() ? "" : row.at(field).written(); }};
}

/// A row with a place for every field.
Record csv_row(const char* kind, const std::string& design, const Record& facts) {
  Record out;
  for (const auto& name : csv_fields()) out.set(name, Value());
  for (const auto& field : facts.fields())
    if (std::find(csv_fields().begin(), csv_fields().end(), field.name) != csv_fields().end())
      out.set(field.name, field.value);
  out.set("kind", kind);
  out.set("design", design);
  return out;
}

}  // namespace

std::string markdown_of(const StandingRun& run) {
  const auto front = front_view(run).record.record();
  const auto text = [&](const char* field) { return front.at(field).plain(); };
  std::string out =
      "# " + cell(text("name")) + "\n\n" + text("evaluated") + " candidates evaluated, " + text("completed") +
      " completed battery " + cell(text("battery")) + " (protocol " + text("protocol") + "); " + text("standing") +
      ". Hypervolume " + shown("%.3f", front.at("hypervolume").number()) + " of " + text("box") + ", of " +
      (front.at("confirmed").truth() ? "fresh seeds" : "the search's scores") + ".\n\n" +
      (text("trouble").empty() ? "" : "The last session could not go on: " + cell(text("trouble")) + "\n\n") +
      cell(text("verdict")) + "\n\n## Front\n\nState at " + text("state_length") + " tokens.\n\n" +
      markdown_table(design_columns(), front.at("front").list());
  if (!front.at("hand_designs").list().empty())
    out += "\n## Hand designs\n\n" + markdown_table(design_columns(), front.at("hand_designs").list());
  if (!front.at("pretrained").list().empty())
    out += "\n## Pretrained\n\n" + markdown_table(pretrained_columns(), front.at("pretrained").list());
  return out + "\nEvaluations: " + outcomes_text(run.store) + ".\n";
}

std::string csv_of(const Store& store) {
  std::map<std::string, std::string> designs;
  for (const auto& candidate : store.candidates()) designs[candidate.hash] = short_text(candidate.text);
  std::vector<Column> columns;
  for (const auto& field : csv_fields()) columns.push_back(csv_column(field));
  Table table(columns);
  std::map<std::int64_t, std::string> hashes;
  const auto imported = imported_evaluations(store.inputs());
  for (const auto& evaluation : store.evaluations()) {
    hashes[evaluation.number] = evaluation.hash;
    table.add(csv_row("evaluation", designs[evaluation.hash], evaluation_facts(evaluation, imported)));
  }
  for (const auto& [training, evaluation] : store.trainings()) {
    Record facts;
    add_fields(facts, training);
    facts.set("hash", hashes[evaluation]);
    facts.set("evaluation", evaluation);
    table.add(csv_row("training", designs[hashes[evaluation]], facts));
  }
  for (const auto& pretraining : store.pretrainings()) {
    Record facts;
    add_fields(facts, pretraining);
    table.add(csv_row("pretraining", short_text(pretraining.text), facts));
  }
  return table.csv();
}

}  // namespace madsearch
