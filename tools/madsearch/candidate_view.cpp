#include "candidate_view.h"

#include <algorithm>
#include <map>
#include <optional>

#include "configs/text.h"
#include "front_view.h"
#include "named.h"
#include "numbers.h"
#include "primitives/table.h"
#include "results/imported.h"
#include "results/retries.h"
#include "results/run_meta.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "stored.h"
#include "table.h"
#include "training_view.h"

namespace madsearch {
namespace {

/// What a store holds of one candidate.
struct History {
  std::vector<Record> evaluations;  // each with its trainings
  std::vector<Record> trainings;    // each with where it belongs: number, rung, seed set, task, setting
};

History history_of(const Store& store, const CandidateRecord& candidate) {
  History out;
  const auto imported = imported_evaluations(store.inputs());
  for (const auto& evaluation : store.evaluations()) {
    if (evaluation.hash != candidate.hash) continue;
    std::vector<Record> trainings;
    for (const auto& training : store.trainings(evaluation.number)) {
      trainings.push_back(training_facts(store, training));
      auto& row = out.trainings.emplace_back(trainings.back());
      row.set("number", evaluation.number);
      row.set("rung", to_text(evaluation.rung));
      row.set("seed_set", evaluation.seed_set);
      row.set("task", training.task);
      row.set("setting", training.setting);
    }
    out.evaluations.push_back(evaluation_facts(evaluation, imported));
    out.evaluations.back().set("trainings", trainings);
  }
  return out;
}

std::string outcome_text(const Record& evaluation) {
  return evaluation.at("finished").truth() ? evaluation.at("outcome").text() : "under way";
}

/// A score, where there is one to show.
std::function<std::string(const Record&)> if_ok(const char* field) {
  return [field](const Record& evaluation) {
    const bool ok = outcome_text(evaluation) == to_text(Outcome::kOk);
    return ok ? shown("%.3f", evaluation.at(field).number()) : "";
  };
}

/// Whether text was trained on beside the battery.
bool has_bits(const Record& evaluation) { return !evaluation.at("bits_per_byte").unknown(); }

std::string lineage_text(const Store& store, const CandidateRecord& candidate) {
  std::string out = candidate.hash + "  " + short_text(candidate.text) + "\n  origin " + candidate.origin +
                    ", born at evaluation " + std::to_string(candidate.born) + "\n";
  for (const auto& parent : candidate.parents)
    for (const auto& other : store.candidates())
      if (other.hash == parent) out += "  parent " + short_id(parent) + "  " + short_text(other.text) + "\n";
  return out;
}

/// "state at 4096 tokens 131,072 exact, 131,072 mad"
std::string state_text(std::int64_t length, std::int64_t exact, std::int64_t mad) {
  return "state at " + std::to_string(length) + " tokens " + grouped(exact) + " exact, " + grouped(mad) + " mad";
}

std::string size_text(const CandidateRecord& candidate, const RunMeta& meta) {
  const auto active = candidate.active_parameters ? candidate.active_parameters : candidate.parameters;
  const auto served = served_length(meta);
  auto out = "  parameters " + grouped(candidate.parameters) + " (active " + grouped(active) + "), FLOPs " +
             grouped(candidate.flops) + "\n  " + state_text(served, candidate.served_state, candidate.served_state_mad);
  if (served != meta.length)
    out += "; " + state_text(meta.length, candidate.state_exact, candidate.state_mad) + ", the battery's length";
  return out + "\n";
}

std::string history_text(const History& history) {
  std::vector<Column> of_evaluations = {{"number", "number"},      {"rung<", "rung"},
                                        {"seed set", "seed_set"},  {"outcome<", outcome_text},
                                        {"score", if_ok("score")}, {"test", if_ok("test_score")}};
  if (std::any_of(history.evaluations.begin(), history.evaluations.end(), has_bits)) {
    of_evaluations.emplace_back("text bits", "bits_per_byte", number("%.3f"));
    of_evaluations.emplace_back("test bits", "test_bits_per_byte", number("%.3f"));
  }
  of_evaluations.emplace_back("core s", "core_seconds", number("%.1f"));
  if (std::any_of(history.evaluations.begin(), history.evaluations.end(),
                  [](const Record& evaluation) { return !evaluation.at("imported").unknown(); }))
    of_evaluations.emplace_back("imported from<", "imported");
  const Table evaluations(std::move(of_evaluations), history.evaluations);
  const Table trainings({{"rung<", "rung"},
                         {"seed set", "seed_set"},
                         {"task<", "task"},
                         {"setting", "setting"},
                         {"outcome<", outcome_and_edge},
                         {"val A", "validation_a", number("%.3f")},
                         {"val B", "validation_b", number("%.3f")},
                         {"test", "test", number("%.3f")},
                         {"rate", "learning_rate", number("%g")},
                         {"trained", "trainings"},
                         {"steps", "steps"},
                         {"core s", "core_seconds", number("%.1f")},
                         {"message<", "message"}},
                        history.trainings);
  return evaluations.text() +
         "\ntrainings (accuracies; edge: the best learning rate lies at the end of those tried; trained: grid "
         "points, one beyond the edge\nof the grid included)\n" +
         trainings.text();
}

std::string history_csv(const History& history) {
  return Table({{"number", "number"},
                {"rung<", "rung"},
                {"seed_set", "seed_set"},
                {"task<", "task"},
                {"setting", "setting"},
                {"outcome<", "outcome"},
                {"validation_a", "validation_a", number("%.6f")},
                {"validation_b", "validation_b", number("%.6f")},
                {"test", "test", number("%.6f")}},
               history.trainings)
      .csv();
}

/// What `block` costs beside the first block of its label, if there is one before it: only what it doesn't share.
Cost own_cost(const Block& block, const Block* first, Shape shape) {
  if (first == nullptr) return cost(Genome{{Stage{.block = block}}}, shape);
  auto out = cost(Genome{{Stage{.block = *first}, Stage{.block = block}}}, shape);
  const auto alone = cost(Genome{{Stage{.block = *first}}}, shape);
  out.parameters -= alone.parameters;
  out.flops -= alone.flops;
  out.state -= alone.state;
  return out;
}

/// Parameters and FLOPs at the battery's shape, state where the search counts it.
Record block_facts(const Block& block, const Block* first, const RunMeta& meta) {
  const Shape shape{meta.width, meta.length, protocol_named(meta.protocol)};
  const auto spent = own_cost(block, first, shape);
  const auto served = own_cost(block, first, {meta.width, served_length(meta), shape.protocol});
  const auto* primitive = find_primitive(block.primitive);
  return {{"primitive", block.primitive},
          {"family", primitive == nullptr ? Value() : Value(primitive->family)},
          {"label", block.label.empty() ? Value() : Value(block.label)},
          {"parameters", spent.parameters},
          {"flops", spent.flops},
          {"state", served.state}};
}

/// What the search was asked to give each design, as its identity says it; nothing where that is transformer++'s.
std::optional<std::int64_t> parameters_of(const RunMeta& meta) {
  const auto given = integer_of(identity_value(meta, "parameters").value_or(""));
  return given.value_or(0) > 0 ? given : std::nullopt;
}

/// The blocks in the order in which the text names them; empty for a text that this madsearch can't size.
std::vector<Record> blocks_of(const CandidateRecord& candidate, const RunMeta& meta) {
  std::vector<Record> out;
  try {
    const Shape shape{meta.width, meta.length, protocol_named(meta.protocol)};
    const auto target = parameters_of(meta);
    const auto sized = solve_sizes(parse_expanded(candidate.text), shape, target);
    std::map<std::string, const Block*> firsts;
    for (const auto* block : blocks(sized.genome)) {
      const auto first = firsts.find(block->label);
      out.push_back(block_facts(*block, first == firsts.end() ? nullptr : first->second, meta));
      if (!block->label.empty()) firsts.try_emplace(block->label, block);
    }
  } catch (const std::exception&) {  // of an earlier release, perhaps
    out.clear();
  }
  return out;
}

}  // namespace

Record evaluation_facts(const EvaluationRecord& evaluation, const std::map<std::string, std::string>& imported) {
  Record out;
  add_fields(out, evaluation);
  const auto former = imported.find(evaluation_key(evaluation));
  out.set("imported", former == imported.end() ? Value() : Value(former->second));
  out.set("tasks", evaluation.tasks_json.empty() ? Value() : Value::of_json(evaluation.tasks_json));
  out.remove("tasks_json");
  if (!evaluation.finished) out.set("outcome", Value());  // it has none yet
  return out;
}

Record training_facts(const Store& store, const TrainingRecord& training) {
  Record out;
  add_fields(out, training);
  const auto curves = store.curves(training.id);
  out.set("curves", curves.empty() ? Value() : Value::of_json(curves));
  return out;
}

Record candidate_facts(const CandidateRecord& candidate) {
  return {{"id", candidate.hash},
          {"text", short_text(candidate.text)},
          {"origin", candidate.origin},
          {"parents", candidate.parents},
          {"born", candidate.born},
          {"parameters", candidate.parameters},
          {"active_parameters", candidate.active_parameters},
          {"flops", candidate.flops},
          {"state_exact", candidate.state_exact},
          {"state_mad", candidate.state_mad},
          {"served_state", candidate.served_state},
          {"served_state_mad", candidate.served_state_mad}};
}

Report candidate_view(const Store& store, const CandidateRecord& candidate) {
  const auto history = history_of(store, candidate);
  const auto meta = read_meta(store);
  auto record = candidate_facts(candidate);
  record.set("state_length", served_length(meta));
  record.set("length", meta.length);
  record.set("blocks", blocks_of(candidate, meta));
  record.set("evaluations", history.evaluations);
  return {record, lineage_text(store, candidate) + size_text(candidate, meta) + "\n" + history_text(history),
          history_csv(history)};
}

}  // namespace madsearch
