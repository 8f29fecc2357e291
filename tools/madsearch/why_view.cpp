#include "why_view.h"

#include <algorithm>
#include <cmath>

#include "configs/errors.h"
#include "configs/folder.h"
#include "configs/shell.h"
#include "configs/text.h"
#include "engine/run/directory.h"
#include "front_view.h"
#include "numbers.h"
#include "search/architecture/parser.h"
#include "table.h"

namespace madsearch {
namespace {

/// A question about one candidate, and its answer.
struct Asked {
  const FrontReport& report;
  const std::string& folder;
  const Reasons& reasons;
  std::string id;
};

Value finite(double value) { return std::isfinite(value) ? Value(value) : Value(); }

/// Whether the two differ surely; unknown without an interval.
Value apart(const Comparison::Difference& ahead) {
  return std::isfinite(ahead.margin) ? Value(std::abs(ahead.mean) > ahead.margin) : Value();
}

Record facts(const Asked& asked, const OtherDesign& other) {
  auto out = design_facts(asked.report.objectives, other.row);
  out.set("score", other.score);
  out.set("on", other.fresh ? "fresh" : "search");
  out.set("seed_sets", other.ahead.sets);
  out.set("difference", other.ahead.mean);
  out.set("margin", finite(other.ahead.margin));
  out.set("standard_error", finite(other.ahead.error));
  const auto errors = other.standard_errors();
  out.set("standard_errors", errors ? finite(*errors) : Value());
  out.set("apart", apart(other.ahead));
  out.set("resolve", other.resolve);
  return out;
}

std::vector<Record> facts(const Asked& asked, const std::vector<OtherDesign>& others) {
  std::vector<Record> out;
  for (const auto& other : others) out.push_back(facts(asked, other));
  return out;
}

/// "1 member is", "3 members are".
std::string members_are(std::size_t count) {
  return counted(static_cast<std::int64_t>(count), "member") + (count == 1 ? " is" : " are");
}

/// Whether bits a byte are an objective.
bool reads(const Asked& asked) {
  return std::any_of(asked.report.objectives.begin(), asked.report.objectives.end(), is_bits);
}

std::string dominated_text(const Asked& asked, const std::string& scores) {
  const auto count = asked.reasons.above.size();
  const std::string ending = count == 1 ? "s" : "";
  const auto lower = "score" + ending + " no lower";
  return members_are(count) + " no larger" +
         (reads(asked) ? ", " + lower + " and read" + ending + " no worse" : " and " + lower) + scores;
}

std::string unconfirmed_text(const Asked& asked) {
  const auto fresh = static_cast<std::int64_t>(asked.reasons.row.fresh.size());
  const std::string had = fresh == 0 ? "no fresh seed set" : "one fresh seed set";
  const std::string front =
      "Not on the front, which is of designs with two fresh seed sets or more: it was given " + had;
  if (asked.reasons.above.empty()) return front + ". By the search's scores no member dominates it.";
  return front + ". " + dominated_text(asked, " by the search's scores") + ".";
}

std::string member_text(const Asked& asked) {
  const std::string all = asked.report.confirmed ? "confirmed design" : "design";
  auto out = "On the front: no other " + all + " is as small" +
             (reads(asked) ? ", scores as high and reads as well" : " and scores as high");
  const auto& rival = asked.reasons.rival;
  if (!rival) return out + ", and none is as small.";
  if (asked.reasons.row.rival)
    return out + ". " + short_id(rival->row.candidate.hash) +
           " is no larger and may yet beat it: the 95 % interval of their difference in score " +
           (reads(asked) ? "and in bits reaches 0." : "reaches 0.");
  return out + ".";
}

std::string sentence(const Asked& asked) {
  switch (asked.reasons.place) {
    case FrontPlace::kMember:
      return member_text(asked);
    case FrontPlace::kDominated:
      if (asked.reasons.above.empty()) return "Not on the front: a design of equal score and sizes is.";
      return "Not on the front: " + dominated_text(asked, "") + ".";
    case FrontPlace::kUnconfirmed:
      return unconfirmed_text(asked);
    case FrontPlace::kInfeasible:
      return "Not on the front: it came too little above chance on every recall and copying task to be feasible.";
    case FrontPlace::kFailed:
      return "Not on the front: it came to no score, its training ended as " + to_text(asked.reasons.outcome) + ".";
    case FrontPlace::kUnderWay:
      return "Not on the front yet: its evaluation is not finished.";
    case FrontPlace::kProbed:
      return "Not on the front: it had the probe alone, and was not promoted to the battery.";
    case FrontPlace::kControl:
      return "Not on the front: it was drawn at random for the control, which takes no part in the search.";
    case FrontPlace::kVariant:
      break;
  }
  return "Not on the front: it is a member without its convolutions, measured to stand beside it.";
}

std::string errors_text(const Record& row) {
  if (row.at("standard_error").unknown()) return "-";
  const auto& errors = row.at("standard_errors");
  return errors.unknown() ? "no noise" : shown("%+.1f", errors.number());
}

std::string sets_text(const Record& row) {
  return row.at("on").text() == "fresh" ? row.at("seed_sets").plain() + " fresh" : "search's";
}

std::vector<Column> size_columns(const FrontReport& report) {
  std::vector<Column> out;
  for (const auto& name : report.objectives) {
    if (!is_size(name)) continue;
    const bool state = name.starts_with("state");
    const auto field = state ? "state" : name == "parameters" ? "active_parameters" : "flops";
    const auto heading = name == "flops" ? "FLOPs" : name == "parameters" ? "active parameters" : name;
    out.emplace_back(state ? name + " at " + std::to_string(report.state_length) : heading, field, in_groups());
  }
  return out;
}

/// Designs beside the one that is asked about; in the column of differences that one less each.
Table table_of(const Asked& asked, const std::vector<OtherDesign>& others) {
  std::vector<Column> columns = {{"id<", "id"}, {"score", "score", number("%.3f")}};
  for (auto& column : size_columns(asked.report)) columns.push_back(std::move(column));
  columns.emplace_back("difference", "difference", number("%+.3f"));
  columns.emplace_back("in standard errors", errors_text);
  columns.emplace_back("seed sets<", sets_text);
  columns.emplace_back("design<", "text");
  return Table(std::move(columns), facts(asked, others));
}

/// "3.5", "1 365"
std::string times_text(double times) {
  return times < 100 ? shown("%.2g", times) : grouped(static_cast<std::int64_t>(std::llround(times)));
}

std::string bound_text(const Asked& asked, const Bound& bound) {
  const bool member = asked.reasons.place == FrontPlace::kMember;
  const auto holder = short_id(bound.hash);
  if (bound.objective == "score")
    return "score above " + shown("%.3f", bound.beyond) + ", that of " + holder + ": it has " +
           shown("%.3f", bound.value) + ", " + shown("%.3f", std::abs(bound.value - bound.beyond)) +
           (member ? " to spare" : " too little");
  if (is_bits(bound.objective))
    return (bound.objective == "bits_per_byte" ? "bits a byte below " : "recalled bits a byte below ") +
           shown("%.3f", bound.beyond) + ", that of " + holder + ": it has " + shown("%.3f", bound.value) + ", " +
           shown("%.3f", std::abs(bound.value - bound.beyond)) + (member ? " to spare" : " too many");
  const auto name = bound.objective == "flops" ? "FLOPs" : bound.objective;
  const auto beyond = static_cast<std::int64_t>(bound.beyond);
  const auto value = static_cast<std::int64_t>(bound.value);
  return name + " below " + grouped(beyond) + ", that of " + holder + ": it has " + grouped(value) +
         (member ? "" : ", " + times_text(bound.value / std::max(1.0, bound.beyond)) + " times as much");
}

std::vector<Record> bound_facts(const Asked& asked) {
  std::vector<Record> out;
  for (const auto& bound : asked.reasons.bounds)
    out.push_back({{"objective", bound.objective},
                   {"value", bound.value},
                   {"beyond", bound.beyond},
                   {"of", short_id(bound.hash)},
                   {"sentence", bound_text(asked, bound)}});
  return out;
}

std::string bounds_text(const Asked& asked) {
  const auto& reasons = asked.reasons;
  if (reasons.bounds.empty()) return "";
  const bool member = reasons.place == FrontPlace::kMember;
  const std::string scores = reasons.searched ? ", by the search's scores" : "";
  auto out = member ? std::string("\nwhat keeps it there, each alone\n")
                    : "\nwhat would bring it there, each alone" + scores + "\n";
  for (const auto& bound : reasons.bounds) out += "  " + bound_text(asked, bound) + "\n";
  return out;
}

/// Whether the design is shown to differ from its rival.
bool is_apart(const OtherDesign& rival) {
  return rival.fresh && std::isfinite(rival.ahead.margin) && std::abs(rival.ahead.mean) > rival.ahead.margin;
}

/// Seed sets that are likely to tell the design apart from its rival, beside those that both had; nothing where that is
/// settled, or would take too many.
std::optional<std::int64_t> more_sets(const OtherDesign& rival) {
  if (!rival.resolve || is_apart(rival)) return {};
  return std::max<std::int64_t>(1, *rival.resolve - (rival.fresh ? rival.ahead.sets : 0));
}

/// "+0.051 ± 0.067 on 2 fresh seed sets", "+0.060 on the search's seed set"
std::string ahead_text(const OtherDesign& rival) {
  const auto& ahead = rival.ahead;
  const auto out = shown("%+.3f", ahead.mean);
  if (!rival.fresh) return out + " on the search's seed set";
  const auto interval = std::isfinite(ahead.margin) ? " ± " + shown("%.3f", ahead.margin) : "";
  return out + interval + " on " + counted(ahead.sets, "fresh seed set");
}

/// The design beside its rival, and what it takes to tell the two apart; empty without one.
std::string nearest_text(const Asked& asked) {
  const auto& rival = asked.reasons.rival;
  if (!rival) return "";
  const auto out = "Nearest to it is " + short_id(rival->row.candidate.hash) + ": " + ahead_text(*rival);
  if (is_apart(*rival)) return out + ", so the two are apart.";
  if (!asked.reasons.deviation) return out + ".";
  const auto more = more_sets(*rival);
  const auto sets = more ? counted(*more, rival->fresh ? "more seed set" : "fresh seed set")
                         : "More than " + grouped(FrontReasons::kMostSets) + " seed sets";
  return out + ". " + sets +
         " would likely (80 %) tell the two apart, if they differ by that and one design deviates " + "by " +
         shown("%.3f", *asked.reasons.deviation) + " between seed sets.";
}

/// What spends these seed sets; empty where there is nothing to spend.
std::string command_text(const Asked& asked) {
  const auto& rival = asked.reasons.rival;
  const auto more = rival ? more_sets(*rival) : std::nullopt;
  if (!more) return "";
  return "madsearch compare " + shell_word(asked.folder) + " " + asked.id + " " + short_id(rival->row.candidate.hash) +
         " --seeds " + std::to_string(*more);
}

std::string score_text(const Reasons& reasons) {
  if (!std::isfinite(reasons.row.score.mean)) return "";
  const auto& score = reasons.row.score;
  auto out = "score " + shown("%.3f", score.mean);
  if (score.low) out += " (" + shown("%.3f", *score.low) + ".." + shown("%.3f", *score.high) + ")";
  out +=
      reasons.row.confirmed ? " of " + counted(reasons.row.seeds, "fresh seed set") : " of the search, not confirmed";
  return out + ", ";
}

std::string sizes_text(const Asked& asked) {
  std::vector<std::string> out;
  for (const auto& name : asked.report.objectives)
    if (is_size(name))
      out.push_back((name == "flops" ? "FLOPs" : name) + " " + grouped(size_of(name, asked.reasons.row.candidate)) +
                    (name.starts_with("state") ? " at " + std::to_string(asked.report.state_length) + " tokens" : ""));
  return joined(out);
}

std::string text_of(const Asked& asked) {
  const std::string meaning = " (difference: its score less theirs, on the seed sets that both had)\n";
  const auto& reasons = asked.reasons;
  auto out = asked.id + "  " + short_text(reasons.row.candidate.text) + "\n  " + score_text(reasons) +
             sizes_text(asked) + "\n\n" + sentence(asked) + "\n";
  if (!reasons.above.empty()) out += "\nmembers that dominate it" + meaning + table_of(asked, reasons.above).text();
  if (!reasons.below.empty())
    out += "\ndesigns that it dominates, " + grouped(reasons.below_count) + " in all" +
           (reasons.below_count > static_cast<std::int64_t>(reasons.below.size()) ? ", the nearest" : "") + meaning +
           table_of(asked, reasons.below).text();
  out += bounds_text(asked);
  const auto nearest = nearest_text(asked);
  const auto command = command_text(asked);
  if (!nearest.empty()) out += "\n" + nearest + "\n";
  return out + (command.empty() ? "" : "  " + command + "\n");
}

std::string csv_of(const Asked& asked) {
  auto all = asked.reasons.above;
  all.insert(all.end(), asked.reasons.below.begin(), asked.reasons.below.end());
  return table_of(asked, all).csv();
}

Record record_of(const Asked& asked) {
  const auto& reasons = asked.reasons;
  auto out = design_facts(asked.report.objectives, reasons.row);
  if (!std::isfinite(reasons.row.score.mean))
    for (const auto* field : {"rung", "seeds", "confirmed"}) out.set(field, Value());
  out.set("place", to_text(reasons.place));
  out.set("why", sentence(asked));
  out.set("by", reasons.searched || !asked.report.confirmed ? "search" : "fresh");
  out.set("dominated_by", facts(asked, reasons.above));
  out.set("dominates", facts(asked, reasons.below));
  out.set("dominates_count", reasons.below_count);
  out.set("bounds", bound_facts(asked));
  out.set("rival", reasons.rival ? Value(facts(asked, *reasons.rival)) : Value());
  out.set("more_seed_sets", reasons.rival ? Value(more_sets(*reasons.rival)) : Value());
  out.set("nearest", nearest_text(asked));
  out.set("command", command_text(asked));
  out.set("deviation", reasons.deviation);
  return out;
}

}  // namespace

std::optional<double> expected_deviation(const Store& store, const std::filesystem::path& folder) {
  try {
    return stored_run(store, folder, configs_folder()).battery.seed_deviation;
  } catch (const ConfigError&) {  // of an earlier release, whose configuration is gone
    return {};
  }
}

Report why_view(const FrontReasons& reasons, const std::string& folder, const CandidateRecord& candidate) {
  const auto found = reasons.of(candidate);
  const Asked asked{reasons.report(), folder, found, short_id(candidate.hash)};
  return {record_of(asked), text_of(asked), csv_of(asked)};
}

}  // namespace madsearch
