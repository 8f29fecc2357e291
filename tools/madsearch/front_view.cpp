#include "front_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "configs/text.h"
#include "engine/study/beside.h"
#include "numbers.h"
#include "results/scoring.h"
#include "results/validation.h"
#include "search/architecture/parser.h"
#include "stored.h"
#include "table.h"
#include "text_bits.h"

namespace madsearch {
namespace {

bool counts_as_mad(const std::vector<std::string>& objectives) {
  return std::find(objectives.begin(), objectives.end(), "state_mad") != objectives.end();
}

bool measures_bits(const FrontReport& report) {
  return std::any_of(report.objectives.begin(), report.objectives.end(), is_bits);
}

/// A design with the run that its search's score was imported from.
Record facts(const FrontReport& report, const FrontRow& row) {
  auto out = design_facts(report.objectives, row);
  const auto imported = report.imported.find(row.candidate.hash + "/battery/0");
  out.set("imported", imported == report.imported.end() ? Value() : Value(imported->second));
  return out;
}

std::vector<Record> hand_designs(const FrontReport& report) {
  std::vector<Record> out;
  for (const auto& row : report.hand_designs) out.push_back(facts(report, row));
  return out;
}

/// The front: each also says whether its place there is decided.
std::vector<Record> members(const FrontReport& report) {
  std::vector<Record> out;
  for (const auto& row : report.front) {
    auto& member = out.emplace_back(facts(report, row));
    member.set("undecided", row.confirmed ? Value(row.rival.has_value()) : Value());
    member.set("rival", row.rival ? Value(short_id(*row.rival)) : Value());
  }
  return out;
}

Value counterfactual_facts(const std::optional<Counterfactual>& other) {
  if (!other) return {};
  const bool scored = other->seeds > 0;
  return Record{{"id", short_id(other->hash)},
                {"outcome", to_text(other->outcome)},
                {"seeds", other->seeds},
                {"score", scored ? Value(other->score) : Value()},
                {"difference", scored ? Value(other->difference) : Value()},
                {"margin", scored ? Value(other->margin) : Value()}};
}

/// What stands beside a member, as its own facts.
void set_beside(Record& member, const Beside& beside) {
  const auto& expected = beside.expected;
  member.set("expected_by_state", expected ? Value(expected->by_state) : Value());
  member.set("expected_by_table", expected ? Value(expected->by_table) : Value());
  member.set("no_more_than_expected", beside.no_more_than_expected);
  member.set("without_convolution", counterfactual_facts(beside.without_convolution));
}

std::vector<Record> members(const FrontReport& report, const std::vector<Beside>& notes) {
  auto out = members(report);
  for (std::size_t i = 0; i < out.size(); ++i) set_beside(out[i], notes[i]);
  return out;
}

/// The score of a member without convolution, or why there is none.
std::string without_text(const Record& member) {
  const auto& other = member.at("without_convolution");
  if (other.unknown()) return "-";
  const auto& score = other.record().at("score");
  return score.unknown() ? other.record().at("outcome").text() : shown("%.3f", score.number());
}

/// "+0.120 ±0.031".
std::string difference_text(const Record& member) {
  const auto& other = member.at("without_convolution");
  if (other.unknown() || other.record().at("difference").unknown()) return "";
  const auto margin = other.record().at("margin").number();
  return shown("%+.3f", other.record().at("difference").number()) +
         (std::isfinite(margin) ? " ±" + shown("%.3f", margin) : " (one seed)");
}

std::string expected_text(const Record& member) {
  const auto& mark = member.at("no_more_than_expected");
  return !mark.unknown() && mark.truth() ? "no more than the table says" : "";
}

/// The members beside what needs no training of them, and beside themselves without convolutions; empty where nothing
/// is known of any.
std::string beside_text(const FrontReport& report, const std::vector<Beside>& notes) {
  const bool any = std::any_of(notes.begin(), notes.end(),
                               [](const Beside& one) { return one.expected || one.without_convolution; });
  if (!any) return "";
  const Table table({{"id<", "id"},
                     {"score", "score", number("%.3f")},
                     {"by state", "expected_by_state", number("%.3f")},
                     {"by table", "expected_by_table", number("%.3f")},
                     {"without conv", without_text},
                     {"difference<", difference_text},
                     {"<", expected_text}},
                    members(report, notes));
  return "\nwhat their scores owe: expected of their state alone, and of their shares of primitives, by the search's "
         "scores of the other designs of this run; without conv: themselves with every short convolution and token "
         "shift off that can be, on the same fresh seeds (difference with its 95 % interval)\n" +
         table.text();
}

std::string interval_text(const Record& design) {
  static const auto interval = range("%.3f", "score_low", "score_high");
  return design.at("confirmed").truth() ? interval(design) : "not confirmed";
}

/// State as the search counts it, and beside it at the battery's length, where the score was earned.
std::vector<Column> state_columns(const FrontReport& report) {
  const bool mad = counts_as_mad(report.objectives);
  const auto at = [](std::int64_t length) { return " at " + std::to_string(length); };
  std::vector<Column> out;
  out.emplace_back((mad ? "state_mad" : "state") + at(report.state_length), "state", in_groups());
  if (report.length != report.state_length)
    out.emplace_back("state" + at(report.length), mad ? "state_mad" : "state_exact", in_groups());
  return out;
}

/// The sizes that the search minimised as it counts them, then those that people ask for.
std::vector<Column> size_columns(const FrontReport& report) {
  static const std::map<std::string, Column> of_objectives = {
      {"parameters", {"active parameters", "active_parameters", in_groups()}},
      {"flops", {"FLOPs", "flops", in_groups()}}};
  std::vector<Column> out;
  bool state = false;
  for (const auto& objective : report.objectives) {
    if (!is_size(objective)) continue;
    if (!objective.starts_with("state")) out.push_back(of_objectives.at(objective));
    if (!objective.starts_with("state") || std::exchange(state, true)) continue;
    for (auto& column : state_columns(report)) out.push_back(std::move(column));
  }
  if (!state)
    for (auto& column : state_columns(report)) out.push_back(std::move(column));
  out.emplace_back("parameters", "parameters", in_groups());
  return out;
}

std::vector<Column> design_columns(const FrontReport& report) {
  std::vector<Column> out = {
      {"id<", "id"}, {"score", "score", number("%.3f")}, {"95 % interval<", interval_text}, {"seeds", "seeds"}};
  for (auto& column : text_columns(report)) out.push_back(std::move(column));
  for (auto& column : size_columns(report)) out.push_back(std::move(column));
  out.emplace_back("bits/byte", "bits_per_byte", number("%.3f"));
  if (!report.imported.empty()) out.emplace_back("imported from<", "imported");
  out.emplace_back("origin<", "origin");
  out.emplace_back("design<", "text");
  return out;
}

Table hand_table(const FrontReport& report) { return Table(design_columns(report), hand_designs(report)); }

/// With a column for the design that may beat each.
Table member_table(const FrontReport& report) {
  auto columns = design_columns(report);
  columns.insert(columns.begin() + 3, Column("not apart from<", "rival"));
  return Table(std::move(columns), members(report));
}

/// One line below the table that explains its marks; empty if there are none.
std::string marks_text(const FrontReport& report) {
  const auto marked = std::count_if(report.front.begin(), report.front.end(),
                                    [](const FrontRow& row) { return row.rival.has_value(); });
  if (marked == 0) return "";
  return "  not apart from: " + std::to_string(marked) + " of " + std::to_string(report.front.size()) +
         " may be beaten by that design, which is no larger: on the seeds both had, the 95 % interval of their "
         "difference in " +
         (measures_bits(report) ? "score and in bits" : "score") + " reaches 0\n";
}

/// The search beside its random control, in a line; empty without one.
std::string control_text(const FrontReport& report) {
  if (!report.control) return "";
  const auto& control = *report.control;
  const auto n = std::to_string(control.evaluations);
  return "random control: " + n + " of " + std::to_string(control.of) + " evaluations came to a hypervolume of " +
         shown("%.3f", control.control) + ", the first " + n + " of the search to " + shown("%.3f", control.first) +
         ", its last " + n + " to " + shown("%.3f", control.last) +
         " (the search's scores, hand designs in neither; one draw of each)\n";
}

Value control_facts(const FrontReport& report) {
  if (!report.control) return {};
  const auto& control = *report.control;
  return Record{{"evaluations", control.evaluations},
                {"of", control.of},
                {"hypervolume", control.control},
                {"search_first", control.first},
                {"search_last", control.last}};
}

/// One line below the table: how far two designs must be apart; empty where nothing is confirmed.
std::string resolution_text(const FrontReport& report) {
  if (!report.resolution) return "";
  const auto& resolution = *report.resolution;
  return "  resolved: differences in score above " + shown("%.3f", resolution.difference) + " (95 %, median of " +
         counted(resolution.pairs, "pair") + " of confirmed designs on the seeds both had; deviation " +
         shown("%.3f", resolution.deviation) + " of one seed set)\n";
}

Value resolution_facts(const FrontReport& report) {
  if (!report.resolution) return {};
  const auto& resolution = *report.resolution;
  return Record{
      {"difference", resolution.difference}, {"deviation", resolution.deviation}, {"pairs", resolution.pairs}};
}

Record facts(const PretrainingRecord& pretraining) {
  Record out = {{"id", short_id(pretraining.hash)}};
  add_fields(out, pretraining);
  out.set("text", short_text(pretraining.text));
  return out;
}

/// "pair of HASH" shortened.
std::string role_text(const PretrainingRecord& pretraining) {
  const std::string pair = "pair of ";
  return pretraining.role.starts_with(pair) ? pair + short_id(pretraining.role.substr(pair.size())) : pretraining.role;
}

/// What a table shows of a pretraining; of one that failed only how.
Record row_of(const PretrainingRecord& pretraining) {
  auto out = facts(pretraining);
  if (pretraining.outcome == Outcome::kOk) {
    out.set("role", role_text(pretraining));
    const bool tuned = pretraining.flops > 0;
    out.set("tuning", tuned ? Value(pretraining.tuning_flops / pretraining.flops) : Value());
    return out;
  }
  for (const auto* field : {"parameters", "tokens", "epochs", "learning_rate", "state", "tuning"})
    out.set(field, Value());
  return out;
}

std::string bits_or_outcome(const Record& pretraining) {
  const auto& bits = pretraining.at("bits_per_byte");
  return bits.unknown() ? pretraining.at("outcome").text() : shown("%.3f", bits.number());
}

std::string pretraining_table(const FrontReport& report) {
  Table out({{"id<", "id"},
             {"role<", "role"},
             {"bits/byte", bits_or_outcome},
             {"recall", "bits_per_byte_recall", number("%.3f")},
             {"parameters", "parameters", in_groups()},
             {"tokens", "tokens", in_groups()},
             {"epochs", "epochs", number("%.2f")},
             {"rate", "learning_rate", number("%g")},
             {"state", "state", in_groups()},
             {"tuning", "tuning", percent()},
             {"design<", "text"}});
  for (const auto& pretraining : report.pretrainings) out.add(row_of(pretraining));
  auto text = out.text();
  for (const auto& pretraining : report.pretrainings)
    if (pretraining.outcome != Outcome::kOk && !pretraining.message.empty())
      text += "  " + short_id(pretraining.hash) + " " + to_text(pretraining.outcome) + ": " +
              printable(pretraining.message) + "\n";
  return text;
}

/// Bits per byte after so few tokens put LSTMs before attention (docs/truth.md).
constexpr std::int64_t kTooFewTokens = 1'500'000;

/// What pretrainings of this size cannot tell; "" where none is so short.
std::string shortness_text(const std::vector<PretrainingRecord>& pretrainings) {
  std::int64_t most = 0;
  for (const auto& one : pretrainings)
    if (one.outcome == Outcome::kOk) most = std::max(most, one.tokens);
  if (most == 0 || most >= kTooFewTokens) return "";
  return "  after " + grouped(most) +
         " tokens bits per byte say how fast a design picks up common words, not which is the better model: "
         "docs/truth.md\n";
}

std::string validation_text(const Validation& validation) {
  std::string out;
  if (validation.pairs > 0)
    out += "pairs of equal state: the better score has fewer bits per byte in " + std::to_string(validation.pairs_won) +
           " of " + std::to_string(validation.pairs) +
           " (sign test p = " + shown("%.2f", validation.sign_test.value_or(1)) + ")\n";
  if (!validation.rank_correlation)
    return out + std::to_string(validation.points) + " designs with a score: no coefficient from fewer than 8\n";
  const auto partial =
      validation.partial_rank_correlation ? shown("%.2f", *validation.partial_rank_correlation) : "undefined";
  return out + "rank correlation of score and bits per byte " + shown("%.2f", *validation.rank_correlation) +
         ", given log state " + partial + ", " + std::to_string(validation.points) + " designs\n";
}

/// "state", "FLOPs and parameters": the sizes that the search minimised.
std::string sizes_text(const FrontReport& report) {
  std::vector<std::string> names;
  for (const auto& objective : report.objectives)
    if (is_size(objective)) names.push_back(objective == "flops" ? "FLOPs" : objective);
  return joined(names, " and ");
}

/// Whether some member beats every hand design that is no larger, said plainly.
std::string verdict(const FrontReport& report) {
  if (report.waiting > 0)
    return std::to_string(report.waiting) + (report.waiting == 1 ? " member waits" : " members wait") +
           " for fresh seeds: until they are in, scores are best of many draws and too good.";
  if (!report.confirmed)
    return "Nothing is confirmed on fresh seeds yet: a front is a best of many draws, so its scores are too good.";
  if (report.better.empty())
    return "No member of the front is shown to beat the hand designs: for that its 95 % interval must lie above those "
           "of all hand designs of equal or smaller " +
           sizes_text(report) + " (one at least).";
  std::vector<std::string> ids;
  for (const auto& hash : report.better) ids.push_back(short_id(hash));
  return "Shown on fresh seeds to beat the hand designs: " + joined(ids) +
         " (95 % interval above those of all hand designs of equal or smaller " + sizes_text(report) + ").";
}

/// "score against state at 4096 tokens"
std::string axes_text(const FrontReport& report) {
  std::vector<std::string> names;
  for (const auto& objective : report.objectives) names.push_back(axis_name(report, objective));
  return joined(names, " against ");
}

/// Where the same seed need not give the same digits; "" on one kind of CPU.
std::string devices_text(const FrontReport& report) {
  const auto& devices = report.devices;
  if (devices.size() > 1)
    return "trained on " + joined(devices, " and ") + ", which round differently: the same seed may end elsewhere\n";
  if (devices.empty() || !devices.front().starts_with("cuda")) return "";
  return "trained on " + devices.front() +
         "; attention over more than 256 tokens adds in no fixed order there: the same seed may end elsewhere\n";
}

std::string heading(const FrontReport& report) {
  std::string out = report.name + ": front of " + axes_text(report);
  if (!report.finished) out += " so far";
  out += "\n" + std::to_string(report.evaluated) + " candidates evaluated, " + std::to_string(report.completed) +
         " completed all tasks of battery " + report.battery + " (protocol " + report.protocol + ")\n";
  out += report.confirmed ? "scores and hypervolume are of fresh seeds" : "scores are of the search, not confirmed";
  out += "; hypervolume " + shown("%.3f", report.hypervolume) + " of " + report.box + "\n";
  if (report.scoring != kScoring)
    out += "these scores are of version " + std::to_string(report.scoring) +
           "; those of this madsearch are of version " + std::to_string(kScoring) + " and do not compare with them\n";
  if (!report.reproducible) out += "a time limit ended this search, so the same seed may end elsewhere\n";
  out += devices_text(report);
  if (!report.trouble.empty()) out += "the last session could not go on: " + report.trouble + "\n";
  if (report.exhausted) out += "the search ended early, as it found no further design that keeps the limits\n";
  return out;
}

std::string text_of(const FrontReport& report, const Validation& validation, const std::vector<Beside>& notes) {
  std::string out = heading(report) + "\n";
  out += report.front.empty() ? "  no feasible design has completed the battery yet\n" : member_table(report).text();
  out += marks_text(report) + resolution_text(report) + beside_text(report, notes);
  if (!report.hand_designs.empty()) out += "\nhand designs, on the front or not\n" + hand_table(report).text();
  if (report.control) out += "\n" + control_text(report);
  if (!report.pretrainings.empty())
    out += "\npretrained on real text at equal training FLOPs, one run of each; bits per byte of held-out documents\n" +
           pretraining_table(report) + shortness_text(report.pretrainings) + validation_text(validation);
  return out + "\n" + verdict(report) + "\n";
}

Record record_of(const FrontReport& report, const Validation& validation, const std::vector<Beside>& notes) {
  std::vector<std::string> better;
  for (const auto& hash : report.better) better.push_back(short_id(hash));
  std::vector<Record> pretrained;
  for (const auto& pretraining : report.pretrainings) pretrained.push_back(facts(pretraining));
  return {{"name", report.name},
          {"evaluated", report.evaluated},
          {"completed", report.completed},
          {"hypervolume", report.hypervolume},
          {"box", report.box},
          {"protocol", report.protocol},
          {"battery", report.battery},
          {"objectives", report.objectives},
          {"state_length", report.state_length},
          {"length", report.length},
          {"confirmed", report.confirmed},
          {"finished", report.finished},
          {"reproducible", report.reproducible},
          {"devices", report.devices},
          {"exhausted", report.exhausted},
          {"trouble", report.trouble},
          {"scoring", report.scoring},
          {"front", members(report, notes)},
          {"hand_designs", hand_designs(report)},
          {"better_than_hand_designs", better},
          {"resolution", resolution_facts(report)},
          {"control", control_facts(report)},
          {"verdict", verdict(report)},
          {"pretrained", pretrained},
          {"validation", Record{{"points", validation.points},
                                {"pairs", validation.pairs},
                                {"pairs_won", validation.pairs_won},
                                {"sign_test", validation.sign_test},
                                {"rank_correlation", validation.rank_correlation},
                                {"partial_rank_correlation", validation.partial_rank_correlation}}}};
}

}  // namespace

std::string short_id(const std::string& hash) { return hash.substr(0, 8); }

Record design_facts(const std::vector<std::string>& objectives, const FrontRow& row) {
  const auto& candidate = row.candidate;
  Record out = {{"id", short_id(candidate.hash)},
                {"hash", candidate.hash},
                {"text", short_text(candidate.text)},
                {"score", row.score.mean},
                {"score_low", row.score.low},
                {"score_high", row.score.high},
                {"state", counts_as_mad(objectives) ? candidate.served_state_mad : candidate.served_state},
                {"state_exact", candidate.state_exact},
                {"state_mad", candidate.state_mad},
                {"parameters", candidate.parameters},
                {"active_parameters", candidate.active_parameters ? candidate.active_parameters : candidate.parameters},
                {"flops", candidate.flops},
                {"origin", candidate.origin},
                {"rung", to_text(row.rung)},
                {"seeds", row.seeds},
                {"confirmed", row.confirmed},
                {"bits_per_byte", row.bits_per_byte}};
  set_text_bits(out, row);
  return out;
}

Record score_facts(const FrontRow& row) {
  Record out = {{"score", row.score.mean},
                {"score_low", row.score.low},
                {"score_high", row.score.high},
                {"rung", to_text(row.rung)},
                {"seeds", row.seeds},
                {"confirmed", row.confirmed},
                {"feasible", row.feasible},
                {"searched", row.searched.score},
                {"bits_per_byte", row.bits_per_byte}};
  set_text_bits(out, row);
  return out;
}

std::string axis_name(const FrontReport& report, const std::string& objective) {
  return objective.starts_with("state") ? objective + " at " + std::to_string(report.state_length) + " tokens"
                                        : objective;
}

Report front_view(const StandingRun& run) { return front_view(run, read_front(run.store)); }

Report front_view(const StandingRun& run, const FrontReport& report) {
  const auto validation = validate(run.store);
  const auto notes = beside(run.store, report);
  auto record = record_of(report, validation, notes);
  record.set("standing", to_text(run.standing));
  return {std::move(record), text_of(report, validation, notes), member_table(report).csv()};
}

}  // namespace madsearch
