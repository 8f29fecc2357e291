#include "beside_report.h"

#include <map>

#include "beside_agreement.h"
#include "published_findings.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

Record facts_of(const Agreement& found, const Ahead& ahead) {
  return {{"designs", found.designs},
          {"rank", found.rank},
          {"rank_low", low(found.rank_bounds)},
          {"rank_high", high(found.rank_bounds)},
          {"partial", found.partial},
          {"partial_low", low(found.partial_bounds)},
          {"partial_high", high(found.partial_bounds)},
          {"near_pairs", found.near_pairs},
          {"near_right", found.near_right},
          {"ahead", ahead.rank},
          {"ahead_low", low(ahead.bounds)},
          {"ahead_high", high(ahead.bounds)}};
}

constexpr const char* kPredictors =
    "lookup table: ridge regression on shares of primitives over the other designs' results; the literature: strengths "
    "by "
    "its contrasts of trust A and B alone; sums are of standard deviations\n";

/// `first`: what the others are held against.
std::string agreement_text(const std::vector<Record>& rows, const std::string& first) {
  if (rows.empty()) return "";
  std::string out = "\nrank correlation over " + rows.front().at("designs").plain() +
                    " designs; given state: the partial one; pairs: designs whose states differ by 10 % at most, " +
                    rows.front().at("near_pairs").plain() + " of them, in order; bootstrapped over designs;\n" +
                    kPredictors;
  std::map<std::string, std::vector<Record>> by_measure;
  for (const auto& row : rows) by_measure[row.at("measure").text()].push_back(row);
  for (const auto& [measure, found] : by_measure)
    out += Table({{"with " + measure + "<", "predictor"},
                  {"rank correlation", "rank", number("%.2f")},
                  {"95 %<", range("%.2f", "rank_low", "rank_high")},
                  {"less " + first, "ahead", number("%+.2f")},
                  {"95 %<", range("%+.2f", "ahead_low", "ahead_high")},
                  {"given state", "partial", number("%.2f")},
                  {"95 %<", range("%.2f", "partial_low", "partial_high")},
                  {"pairs", "near_right", percent()}},
                 found)
               .text();
  return out;
}

/// A table of each predictor.
std::string family_text(const std::vector<Record>& rows, const std::string& first) {
  std::string out;
  for (auto row = rows.begin(); row != rows.end();) {
    const auto predictor = row->at("predictor").text();
    std::vector<Record> of_predictor;
    for (; row != rows.end() && row->at("predictor").text() == predictor; ++row) of_predictor.push_back(*row);
    out += Table({{predictor + " with bits per byte<", "family"},
                  {"", "designs"},
                  {"rank correlation", "rank", number("%.2f")},
                  {"95 %<", range("%.2f", "rank_low", "rank_high")},
                  {"less " + first, "ahead", number("%+.2f")},
                  {"95 %<", range("%+.2f", "ahead_low", "ahead_high")},
                  {"given state", "partial", number("%.2f")},
                  {"95 %<", range("%.2f", "partial_low", "partial_high")}},
                 of_predictor)
               .text();
  }
  return out;
}

}  // namespace

BesideFindings beside_findings(const PretrainingBench& bench) {
  BesideFindings out;
  if (bench.beside.empty()) return out;
  for (const auto& one : agreements(bench)) {
    out.agreements.push_back(facts_of(one.agreement, one.ahead));
    out.agreements.back().set("predictor", one.predictor);
    out.agreements.back().set("measure", one.measure);
  }
  for (const auto& one : agreements_by_family(bench)) {
    out.families.push_back(facts_of(one.agreement, one.ahead));
    out.families.back().set("predictor", one.predictor);
    out.families.back().set("family", one.designs);
  }
  const auto& first = bench.beside.front().name;
  out.text = agreement_text(out.agreements, first) + family_text(out.families, first);
  return out;
}

}  // namespace madsearch
