#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "named.h"
#include "numbers.h"
#include "primitives/data_sheet.h"
#include "primitives/table.h"
#include "report.h"
#include "table.h"

namespace madsearch {
namespace {

/// A record and a row of the table for each thing that is listed.
struct Listing {
  std::vector<Record> records;
  Table table;
};

std::string values_of(const Knob& knob) {
  std::vector<std::string> out;
  for (const auto& value : knob.values) out.push_back(value.text());
  return joined(out);
}

std::string kind_of(const Primitive& primitive) { return primitive.kind == Kind::kSequence ? "sequence" : "channel"; }

Record facts(const Primitive& primitive) {
  std::vector<Record> knobs;
  for (const auto& knob : primitive.knobs)
    knobs.push_back({{"name", knob.name}, {"values", values_of(knob)}, {"meaning", knob.meaning}});
  return {{"name", primitive.name},         {"kind", kind_of(primitive)}, {"family", primitive.family},
          {"equation", primitive.equation}, {"source", primitive.source}, {"knobs", knobs}};
}

std::string knobs_text(const Record& primitive) {
  std::vector<std::string> out;
  for (const auto& value : primitive.at("knobs").list()) {
    const auto& knob = value.record();
    out.push_back(knob.at("name").text() + "={" + knob.at("values").text() + "}");
  }
  return joined(out, "  ");
}

Listing primitives_listing() {
  Listing out{{},
              Table({{"name<", "name"},
                     {"kind<", "kind"},
                     {"family<", "family"},
                     {"equation<", "equation"},
                     {"knobs (the first value is the default)<", knobs_text},
                     {"source<", "source"}})};
  for (const auto& primitive : primitives()) {
    out.records.push_back(facts(primitive));
    out.table.add(out.records.back());
  }
  return out;
}

Record facts(const Task& task) {
  Record baseline;
  for (const auto& [name, value] : task.baseline) baseline.set(name, value);
  Record axes;
  for (const auto& axis : task.axes) axes.set(axis.name, axis.values);
  return {{"name", task.name},     {"summary", task.summary},
          {"source", task.source}, {"baseline", baseline},
          {"axes", axes},          {"chance", task.chance(task.baseline)}};
}

std::string sweep_text(const Record& task) {
  std::vector<std::string> axes;
  for (const auto& axis : task.at("axes").record().fields()) {
    std::vector<std::string> values;
    for (const auto& value : axis.value.list()) values.push_back(shown("%g", value.number()));
    axes.push_back(axis.name + "=" + joined(values, ","));
  }
  return joined(axes, "  ");
}

Listing tasks_listing() {
  Listing out{{},
              Table({{"name<", "name"},
                     {"baseline<", "baseline"},
                     {"sweep<", sweep_text},
                     {"chance", "chance", number("%.3f")},
                     {"summary<", "summary"}})};
  for (const auto& task : tasks()) {
    auto row = facts(task);
    out.records.push_back(row);
    row.set("baseline", task.baseline.text());
    out.table.add(row);
  }
  return out;
}

Listing designs_listing() {
  Listing out{{}, Table({{"name<", "name"}, {"blocks", "blocks"}, {"stripe<", "text"}, {"source<", "source"}})};
  for (const auto& design : shipped_designs(configs_folder())) {
    out.records.push_back({{"name", design.name},
                           {"text", text(design.genome)},
                           {"blocks", block_count(design.genome)},
                           {"source", design.source},
                           {"note", design.note}});
    out.table.add(out.records.back());
  }
  return out;
}

Record facts(const Battery& battery) {
  std::size_t settings = 0;
  for (const auto& task : battery.tasks) settings += task.settings.size();
  return {{"name", battery.name},           {"protocol", to_text(battery.protocol)},
          {"width", battery.width},         {"partial", battery.partial()},
          {"settings", settings},           {"trainings", settings * battery.grid.size()},
          {"steps", battery.total_steps()}, {"hash", battery.hash()}};
}

Listing batteries_listing() {
  Listing out{{},
              Table({{"name<", "name"},
                     {"protocol<", "protocol"},
                     {"width", "width"},
                     {"tasks", "tasks"},
                     {"settings", "settings"},
                     {"trainings", "trainings"},
                     {"steps in all", "steps", in_groups()},
                     {"hash<", "hash"}})};
  for (const auto& file : shipped_files(configs_folder(), "batteries")) {
    const auto battery = load_battery(file.string(), configs_folder());
    auto row = facts(battery);
    out.records.push_back(row);
    row.set("tasks", std::to_string(battery.tasks.size()) + (battery.partial() ? " (partial)" : ""));
    out.table.add(row);
  }
  return out;
}

Listing listing_of(const std::string& what) {
  if (what == "primitives") return primitives_listing();
  if (what == "tasks") return tasks_listing();
  if (what == "designs") return designs_listing();
  return batteries_listing();
}

std::string bounds_of(const Knob& knob) {
  const bool numbers =
      std::any_of(knob.values.begin(), knob.values.end(), [](const KnobValue& value) { return !value.is_word(); });
  if (!numbers && !knob.ratio) return "";
  return shown("%g", knob.least) + ".." + shown("%g", knob.most) + (knob.share ? " or a fraction" : "");
}

/// Costs at the defaults; inner sizes that search solves are those of swiglu in transformer++, 8/3 of the width.
Cost cost_at(const Primitive& primitive, Shape shape) {
  auto settings = primitive.defaults();
  for (const auto& knob : primitive.knobs)
    if (settings.at(knob.name) == KnobValue("auto")) settings.set(knob.name, KnobValue(8, 3));
  return primitive.cost(settings, shape);
}

constexpr std::int64_t kWidth = 64;
constexpr std::int64_t kShort = 64;
constexpr std::int64_t kLong = 2048;

std::string primitive_text(const Primitive& primitive) {
  Table knobs({{"knob<", "knob"}, {"search draws<", "values"}, {"range<", "range"}, {"meaning<", "meaning"}});
  for (const auto& knob : primitive.knobs)
    knobs.add(
        {{"knob", knob.name}, {"values", values_of(knob)}, {"range", bounds_of(knob)}, {"meaning", knob.meaning}});
  Table costs({{"width", "width"},
               {"length", "length"},
               {"parameters", "parameters", in_groups()},
               {"FLOPs", "flops", in_groups()},
               {"state", "state", in_groups()},
               {"state_mad", "state_mad", in_groups()}});
  for (const auto length : {kShort, kLong}) {
    const auto cost = cost_at(primitive, {kWidth, length});
    costs.add({{"width", kWidth},
               {"length", length},
               {"parameters", cost.parameters},
               {"flops", cost.flops},
               {"state", cost.state},
               {"state_mad", cost.state_mad}});
  }
  const auto* mixes = primitive.kind == Kind::kSequence ? "mixes tokens" : "mixes channels";
  return primitive.name + " (" + primitive.family + ", " + mixes + ")\n\n" + data_sheet(primitive.name) + "\n" +
         knobs.text() + "\n" + costs.text();
}

/// One primitive in full. As CSV too it is an object of JSON: its data sheet is no table.
void show_primitive(const std::string& name, Format format) {
  const auto& primitive = primitive_named(name);
  Report report{facts(primitive), primitive_text(primitive), ""};
  print(report, format == Format::kCsv ? Format::kJson : format);
}

std::string page_row(const Primitive& primitive) {
  std::vector<std::string> knobs;
  for (const auto& knob : primitive.knobs)
    if (knob.name != "input_conv") knobs.push_back(knob.name + " " + values_of(knob));
  const auto cost = cost_at(primitive, {kWidth, kShort});
  const auto long_state = cost_at(primitive, {kWidth, kLong}).state;
  return "| [" + primitive.name + "](#" + primitive.name + ") | " + primitive.family + " | " +
         grouped(cost.parameters) + " | " + grouped(cost.flops) + " | " + grouped(cost.state) + " | " +
         grouped(long_state) + " | " + joined(knobs, "; ") + " |\n";
}

constexpr const char* kInputConv = R"(
All but `identity` and `canon` also have the knob `input_conv` (c taps, or none): a residual short convolution of the
whole block's input, x + conv(x), depthwise, causal, no bias (Canon-A before a sequence mixer, Canon-C before a channel
mixer; Allen-Zhu 2025, arXiv:2512.17351). It adds c D parameters, 2 T c D FLOPs and (c - 1) D numbers of state, and is
left out of the sheets and the table.
)";

constexpr const char* kSymbols = R"(
In all sheets x is the block's input and out its output, [R, B, T, D]: replicas, sequences, tokens, channels (the
width). σ is the sigmoid, * multiplies number by number, ∗ convolves over time, q kᵀ and kᵀ v are products of rows. A
subscript t is a token, t-1 the one before it; what comes before the first token is zero.
)";

/// docs/primitives.md.
std::string page() {
  std::string out =
      "# Primitives\n\nMade by `build/madsearch list primitives --page > docs/primitives.md` from the data sheets "
      "(`primitives/FAMILY/NAME.h`); a test keeps it fresh.\n" +
      std::string(kSymbols) + kInputConv +
      "\nParameters, FLOPs (one sequence, forward) and state (numbers a sequence carries) are those of the "
      "defaults at width " +
      std::to_string(kWidth) + ",\nlength " + std::to_string(kShort) + " and, for state, " + std::to_string(kLong) +
      "; a channel mixer's inner size, which search solves, is taken as 8/3 of the width.\n\n"
      "| primitive | family | parameters | FLOPs | state | state at " +
      std::to_string(kLong) + " | knobs, the default first |\n|---|---|---|---|---|---|---|\n";
  for (const auto& primitive : primitives()) out += page_row(primitive);
  for (const auto& primitive : primitives())
    out += "\n## " + primitive.name + "\n```\n" + data_sheet(primitive.name) + "```\n";
  return out;
}

struct Flags {
  std::string what, name;
  bool page = false;
  Format format = Format::kText;
};

void list(const Flags& flags) {
  if (flags.page) {
    if (flags.what != "primitives" || !flags.name.empty()) throw ConfigError("--page goes with `list primitives` only");
    std::cout << page();
    return;
  }
  if (!flags.name.empty()) {
    if (flags.what != "primitives") throw ConfigError("a NAME follows `list primitives` only");
    show_primitive(flags.name, flags.format);
    return;
  }
  const auto listing = listing_of(flags.what);
  print({listing.records, listing.table.text(""), listing.table.csv()}, flags.format);
}

}  // namespace

void add_list(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("list", "List primitives, tasks, designs or batteries");
  command->add_option("WHAT", flags->what, "primitives, tasks, designs or batteries")
      ->required()
      ->check(CLI::IsMember({"primitives", "tasks", "designs", "batteries"}));
  command->add_option("NAME", flags->name, "one primitive: its data sheet, knobs and costs");
  command->add_flag("--page", flags->page, "with primitives: write all data sheets, as in docs/primitives.md");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    list(*flags);
    code = 0;
  });
}

}  // namespace madsearch
