#include "scale_report.h"

#include <cmath>

#include "configs/text.h"
#include "numbers.h"
#include "table.h"

namespace madsearch {
namespace {

constexpr std::size_t kFewestPoints = 3;  // below, an exponent is printed with a warning
constexpr double kFewestDecades = 2;

void set(const std::string& name, const std::optional<Estimate>& estimate, Record& out) {
  out.set(name, Value());
  out.set(name + "_low", Value());
  out.set(name + "_high", Value());
  if (!estimate) return;
  out.set(name, estimate->value);
  if (!estimate->bounds) return;
  out.set(name + "_low", estimate->bounds->low);
  out.set(name + "_high", estimate->bounds->high);
}

Record facts(const DesignScaling& design, const Optimum& optimum) {
  const bool known = optimum.why.empty();
  Record out = {{"design", design.text},
                {"flops", optimum.flops},
                {"sizes", optimum.sizes},
                {"least_size", optimum.least_size},
                {"largest_size", optimum.largest_size},
                {"why_none", known ? Value() : Value(optimum.why)}};
  const auto of = [&](const Estimate& estimate) { return known ? std::optional(estimate) : std::nullopt; };
  set("parameters", of(optimum.parameters), out);
  set("tokens", of(optimum.tokens), out);
  set("bits_per_byte", of(optimum.bits), out);
  out.set("tokens_a_parameter", known ? Value(optimum.tokens.value / optimum.parameters.value) : Value());
  return out;
}

Record facts(const OverTrained& model) {
  return {{"flops", model.flops},           {"asked", model.asked},   {"times", model.times},
          {"parameters", model.parameters}, {"tokens", model.tokens}, {"bits_per_byte", model.bits},
          {"behind_optimum", model.behind}};
}

Record facts(const ScalingPoint& point) {
  return {{"state", point.state},
          {"flops", point.flops},
          {"parameters", point.parameters},
          {"tokens", point.tokens},
          {"bits_per_byte", point.bits}};
}

Value facts(const std::optional<PowerLaw>& law) {
  if (!law) return {};
  Record out = {{"factor", law->factor}, {"points", law->points}};
  set("exponent", law->exponent, out);
  return out;
}

template <class T>
std::vector<Record> all(const std::vector<T>& list) {
  std::vector<Record> out;
  for (const auto& one : list) out.push_back(facts(one));
  return out;
}

std::vector<Record> optima(const DesignScaling& design) {
  std::vector<Record> out;
  for (const auto& optimum : design.scaling.budgets) out.push_back(facts(design, optimum));
  return out;
}

/// A size: "12 345", from a million on "1.23e+06".
Show size() {
  return {[](const Value& value) {
            return value.number() < 1e6 ? grouped(std::llround(value.number())) : shown("%.3g", value.number());
          },
          [](const Value& value) { return shown("%.6g", value.number()); }};
}

/// "0.12..0.34" of the bounds of `name`, "" where there are none.
Column interval(const std::string& name, Show show) {
  return {"95 %<", [name, show](const Record& row) {
            if (row.at(name + "_low").unknown()) return std::string();
            return show(row.at(name + "_low")) + ".." + show(row.at(name + "_high"));
          }};
}

std::vector<Column> optimum_columns() {
  return {{"FLOPs", "flops", number("%.3g")},
          {"parameters", "parameters", size()},
          interval("parameters", size()),
          {"tokens", "tokens", size()},
          interval("tokens", size()),
          {"tokens/parameter", "tokens_a_parameter", number("%.1f")},
          {"bits/byte", "bits_per_byte", number("%.4f")},
          interval("bits_per_byte", number("%.4f")),
          {"sizes", "sizes", in_groups()},
          {"from", "least_size", size()},
          {"to", "largest_size", size()},
          {"<", "why_none"}};
}

std::string csv_of(const std::vector<Record>& rows) {
  auto columns = optimum_columns();
  columns.insert(columns.begin(), {"design", "design"});
  return Table(std::move(columns), rows).csv();
}

/// How many powers of ten lie between the first and the last.
double decades(double first, double last) { return std::log10(last / first); }

std::string exponent_text(const Estimate& exponent) {
  const auto& bounds = exponent.bounds;
  return shown("%.3f", exponent.value) +
         (bounds ? shown(" (%.3f", bounds->low) + shown("..%.3f)", bounds->high) : " (no interval)");
}

/// "parameters 0.12 C^0.49 (0.40..0.58)"
std::string law_text(const std::string& what, const PowerLaw& law, const std::string& of) {
  return what + " " + shown("%.3g", law.factor) + " " + of + "^" + exponent_text(law.exponent);
}

std::string warning(std::size_t points, double over) {
  if (points >= kFewestPoints && over >= kFewestDecades) return "";
  return "  warning: " + counted(static_cast<std::int64_t>(points), "point") + " over " + shown("%.1f", over) +
         " decades; of fewer than three, or less than two decades, an exponent says little\n";
}

std::string laws_text(const Scaling& scaling) {
  if (!scaling.parameters) return "  no power law: fewer than two budgets have an optimum\n";
  double first = 0;
  double last = 0;
  for (const auto& budget : scaling.budgets) {
    if (!budget.why.empty()) continue;
    if (first == 0) first = budget.flops;
    last = budget.flops;
  }
  return "  over FLOPs C: " + law_text("parameters", *scaling.parameters, "C") + ", " +
         law_text("tokens", *scaling.tokens, "C") + ", " + law_text("bits/byte", *scaling.bits, "C") + "\n" +
         warning(scaling.parameters->points, decades(first, last));
}

std::string state_text(const Scaling& scaling) {
  const auto& best = scaling.best_of_state;
  if (best.empty()) return "";
  const Table table({{"state", "state", size()},
                     {"bits/byte", "bits_per_byte", number("%.4f")},
                     {"parameters", "parameters", size()},
                     {"FLOPs", "flops", number("%.3g")}},
                    all(best));
  auto out = "  state-optimal: none of smaller or equal state has fewer bits\n" + table.text("    ");
  if (!scaling.perplexity) return out + "  no power law: fewer than three of them\n";
  return out + "  over state M: " + law_text("perplexity a byte", *scaling.perplexity, "M") + "\n" +
         warning(scaling.perplexity->points, decades(best.front().state, best.back().state));
}

std::string over_text(const DesignScaling& design) {
  if (design.over.empty()) return "";
  const Table table({{"FLOPs", "flops", number("%.3g")},
                     {"times", "times", number("%.1f")},
                     {"asked", "asked", number("%g")},
                     {"parameters", "parameters", size()},
                     {"tokens", "tokens", size()},
                     {"bits/byte", "bits_per_byte", number("%.4f")},
                     {"behind", "behind_optimum", number("%+.4f")}},
                    all(design.over));
  return "  trained longer than is best: so many times the optimal tokens a parameter, with the same FLOPs\n" +
         table.text("    ");
}

std::string text_of(const DesignScaling& design) {
  const auto& scaling = design.scaling;
  auto out = "\n" + design.text + "\n" + Table(optimum_columns(), optima(design)).text();
  if (scaling.deviation)
    out += "  one training deviates from its parabola by " + shown("%.4f", *scaling.deviation) + " bits/byte\n";
  return out + laws_text(scaling) + state_text(scaling) + over_text(design);
}

Record facts(const DesignScaling& design) {
  const auto& scaling = design.scaling;
  return {{"hash", design.hash},
          {"text", design.text},
          {"budgets", optima(design)},
          {"deviation", scaling.deviation},
          {"parameters", facts(scaling.parameters)},
          {"tokens", facts(scaling.tokens)},
          {"bits_per_byte", facts(scaling.bits)},
          {"state_optimal", all(scaling.best_of_state)},
          {"perplexity", facts(scaling.perplexity)},
          {"over_trained", all(design.over)}};
}

constexpr const char* kNotes =
    "\noptima: of each budget the least of a parabola of bits/byte over log parameters (without embeddings), sizes of "
    "equal training FLOPs; intervals are of the scatter about the parabolas alone, one batch size and the setup's "
    "rates for all. They are of these sizes and this text: no exponent here is that of a paper\n";

}  // namespace

Report scale_report(const ScaleFlags& flags, const ScaleStudy& study) {
  auto text = "scaling under setup " + study.setup.name + ": " +
              counted(static_cast<std::int64_t>(flags.budgets.size()), "budget") + ", up to " +
              counted(flags.sizes, "size") + " each, " + counted(flags.seeds, "seed set") + "\n";
  if (study.missing > 0)
    text += counted(static_cast<std::int64_t>(study.missing), "training") + " of these have no result in " + flags.log +
            "\n";
  std::vector<Record> designs;
  std::vector<Record> rows;
  for (const auto& design : study.designs) {
    text += text_of(design);
    designs.push_back(facts(design));
    const auto own = optima(design);
    rows.insert(rows.end(), own.begin(), own.end());
  }
  Record record = {{"setup", study.setup.name},
                   {"content", study.setup.options.content},
                   {"seed_sets", flags.seeds},
                   {"missing", study.missing},
                   {"designs", designs}};
  return {std::move(record), text + kNotes, csv_of(rows)};
}

}  // namespace madsearch
