#include "front_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "configs/text.h"
#include "json.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

std::string interval_text(const Interval& score) {
  return score.low ? shown("%.3f", *score.low) + ".." + shown("%.3f", *score.high) : "";
}

std::int64_t state_of(const FrontReport& report, const CandidateRecord& candidate) {
  const auto& names = report.objectives;
  return std::find(names.begin(), names.end(), "state_mad") != names.end() ? candidate.state_mad
                                                                           : candidate.state_exact;
}

/// `member`: of the front, so that it says whether its place there is decided.
Json row_json(const FrontReport& report, const FrontRow& row, bool member) {
  const auto& c = row.candidate;
  Json out = {{"id", short_id(c.hash)},
              {"text", c.text},
              {"score", row.score.mean},
              {"score_low", or_null(row.score.low)},
              {"score_high", or_null(row.score.high)},
              {"state", state_of(report, c)},
              {"state_exact", c.state_exact},
              {"state_mad", c.state_mad},
              {"parameters", c.parameters},
              {"flops", c.flops},
              {"origin", c.origin},
              {"rung", to_text(row.rung)},
              {"seeds", row.seeds},
              {"confirmed", row.confirmed},
              {"bits_per_byte", or_null(row.bits_per_byte)}};
  if (!member) return out;
  out["undecided"] = row.confirmed ? Json(row.rival.has_value()) : Json(nullptr);
  out["rival"] = row.rival ? Json(short_id(*row.rival)) : Json(nullptr);
  return out;
}

/// `members`: of the front, with a column for the design that may beat each.
Table design_table(const FrontReport& report, const std::vector<FrontRow>& rows, bool members) {
  std::vector<std::string> header = {"id<",        "score",     "95 % interval<", "seeds",  "state",
                                     "parameters", "bits/byte", "origin<",        "design<"};
  if (members) header.insert(header.begin() + 3, "not apart from<");
  Table out(header);
  for (const auto& row : rows) {
    std::vector<std::string> cells = {short_id(row.candidate.hash),
                                      shown("%.3f", row.score.mean),
                                      row.confirmed ? interval_text(row.score) : "not confirmed",
                                      std::to_string(row.seeds),
                                      grouped(state_of(report, row.candidate)),
                                      grouped(row.candidate.parameters),
                                      row.bits_per_byte ? shown("%.3f", *row.bits_per_byte) : "",
                                      row.candidate.origin,
                                      row.candidate.text};
    if (members) cells.insert(cells.begin() + 3, row.rival ? short_id(*row.rival) : "");
    out.add(std::move(cells));
  }
  return out;
}

/// One line below the table that explains its marks; empty if there are none.
std::string marks_text(const FrontReport& report) {
  const auto marked = std::count_if(report.front.begin(), report.front.end(),
                                    [](const FrontRow& row) { return row.rival.has_value(); });
  if (marked == 0) return "";
  return "  not apart from: " + std::to_string(marked) + " of " + std::to_string(report.front.size()) +
         " may be beaten by that design, which is no larger: on the seeds both had, the 95 % interval of their "
         "difference in score reaches 0\n";
}

std::string pretraining_text(const FrontReport& report, const Validation& validation) {
  if (report.pretrainings.empty()) return "";
  std::string out = "\npretrained on real text at equal training FLOPs; bits per byte of held-out documents\n";
  Table table(
      {"id<", "role<", "bits/byte", "recall", "parameters", "tokens", "epochs", "rate", "state", "tuning", "design<"});
  for (const auto& r : report.pretrainings) {
    if (r.outcome != Outcome::kOk) {
      table.add({short_id(r.hash), r.role, to_text(r.outcome), "", "", "", "", "", "", "", r.text});
      continue;
    }
    table.add({short_id(r.hash), r.role.starts_with("pair of ") ? "pair of " + short_id(r.role.substr(8)) : r.role,
               shown("%.3f", r.bits_per_byte), shown("%.3f", r.bits_per_byte_recall), grouped(r.parameters),
               grouped(r.tokens), shown("%.2f", r.epochs), shown("%g", r.learning_rate), grouped(r.state),
               r.flops > 0 ? shown("%.0f %%", 100 * r.tuning_flops / r.flops) : "", r.text});
  }
  out += table.text();
  if (validation.pairs > 0)
    out += "pairs of equal state: the better score has fewer bits per byte in " + std::to_string(validation.pairs_won) +
           " of " + std::to_string(validation.pairs) +
           " (sign test p = " + shown("%.2f", validation.sign_test.value_or(1)) + ")\n";
  if (validation.rank_correlation)
    out += "rank correlation of score and bits per byte " + shown("%.2f", *validation.rank_correlation) +
           ", given log state " +
           (validation.partial_rank_correlation ? shown("%.2f", *validation.partial_rank_correlation) : "undefined") +
           ", " + std::to_string(validation.points) + " designs\n";
  else
    out += std::to_string(validation.points) + " designs with a score: no coefficient from fewer than 8\n";
  return out;
}

}  // namespace

std::string short_id(const std::string& hash) { return hash.substr(0, 8); }

std::string verdict(const FrontReport& report) {
  if (report.waiting > 0)
    return std::to_string(report.waiting) + (report.waiting == 1 ? " member waits" : " members wait") +
           " for fresh seeds: until they are in, scores are best of many draws and too good.";
  if (!report.confirmed)
    return "Nothing is confirmed on fresh seeds yet: a front is a best of many draws, so its scores are too good.";
  if (report.better.empty())
    return "No member of the front is shown to beat the hand designs: for that its 95 % interval must lie above those "
           "of all hand designs of equal or smaller state (one at least).";
  std::string ids;
  for (const auto& hash : report.better) ids += (ids.empty() ? "" : ", ") + short_id(hash);
  return "Shown on fresh seeds to beat the hand designs: " + ids +
         " (95 % interval above those of all hand designs of equal or smaller state).";
}

std::string front_text(const FrontReport& report, const Validation& validation) {
  std::string out =
      report.name + ": front of " + joined(report.objectives, " against ") + (report.finished ? "" : " so far") + "\n";
  out += std::to_string(report.evaluated) + " candidates evaluated, " + std::to_string(report.completed) +
         " completed all tasks of battery " + report.battery + " (protocol " + report.protocol + ")\n";
  out += std::string(report.confirmed ? "scores and hypervolume are of fresh seeds"
                                      : "scores are of the search, not confirmed") +
         "; hypervolume " + shown("%.3f", report.hypervolume) + " of " + report.box + "\n";
  if (!report.reproducible) out += "a time limit ended this search, so the same seed may end elsewhere\n";
  out += "\n";
  out += report.front.empty() ? "  no feasible design has completed the battery yet\n"
                              : design_table(report, report.front, true).text();
  out += marks_text(report);
  if (!report.hand_designs.empty())
    out += "\nhand designs, on the front or not\n" + design_table(report, report.hand_designs, false).text();
  out += pretraining_text(report, validation);
  return out + "\n" + verdict(report) + "\n";
}

std::string front_csv(const FrontReport& report) { return design_table(report, report.front, true).csv(); }

std::string front_json(const FrontReport& report, const Validation& validation) {
  Json out = {{"name", report.name},
              {"evaluated", report.evaluated},
              {"completed", report.completed},
              {"hypervolume", report.hypervolume},
              {"box", report.box},
              {"protocol", report.protocol},
              {"battery", report.battery},
              {"objectives", report.objectives},
              {"confirmed", report.confirmed},
              {"finished", report.finished},
              {"reproducible", report.reproducible},
              {"front", Json::array()},
              {"hand_designs", Json::array()},
              {"better_than_hand_designs", Json::array()},
              {"verdict", verdict(report)},
              {"pretrained", Json::array()}};
  for (const auto& row : report.front) out["front"].push_back(row_json(report, row, true));
  for (const auto& row : report.hand_designs) out["hand_designs"].push_back(row_json(report, row, false));
  for (const auto& hash : report.better) out["better_than_hand_designs"].push_back(short_id(hash));
  for (const auto& r : report.pretrainings)
    out["pretrained"].push_back(
        {{"id", short_id(r.hash)},
         {"text", r.text},
         {"role", r.role},
         {"outcome", to_text(r.outcome)},
         {"bits_per_byte", r.outcome == Outcome::kOk ? Json(r.bits_per_byte) : Json(nullptr)},
         {"bits_per_byte_recall", r.outcome == Outcome::kOk ? Json(r.bits_per_byte_recall) : Json(nullptr)},
         {"parameters", r.parameters},
         {"tokens", r.tokens},
         {"epochs", r.epochs},
         {"learning_rate", r.learning_rate},
         {"flops", r.flops},
         {"tuning_flops", r.tuning_flops},
         {"width", r.width},
         {"length", r.length},
         {"state", r.state},
         {"message", r.message}});
  out["validation"] = {{"points", validation.points},
                       {"pairs", validation.pairs},
                       {"pairs_won", validation.pairs_won},
                       {"sign_test", or_null(validation.sign_test)},
                       {"rank_correlation", or_null(validation.rank_correlation)},
                       {"partial_rank_correlation", or_null(validation.partial_rank_correlation)}};
  return out.dump(2) + "\n";
}

}  // namespace madsearch
