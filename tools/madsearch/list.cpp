#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "mad_tasks/table.h"
#include "primitives/data_sheet.h"
#include "primitives/table.h"
#include "table.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

struct Listing {
  Table table;
  Json json = Json::array();
};

std::string joined(const std::vector<KnobValue>& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + value.text();
  return out;
}

std::string number(double value) { return shown("%g", value); }

Listing primitives_listing() {
  Listing out{Table({"name<", "kind<", "family<", "equation<", "knobs (the first value is the default)<", "source<"})};
  for (const auto& p : primitives()) {
    std::string knobs;
    auto json_knobs = Json::array();
    for (const auto& knob : p.knobs) {
      knobs += (knobs.empty() ? "" : "  ") + knob.name + "={" + joined(knob.values) + "}";
      json_knobs.push_back({{"name", knob.name}, {"values", joined(knob.values)}, {"meaning", knob.meaning}});
    }
    const std::string kind = p.kind == Kind::kSequence ? "sequence" : "channel";
    out.table.add({p.name, kind, p.family, p.equation, knobs, p.source});
    out.json.push_back({{"name", p.name},
                        {"kind", kind},
                        {"family", p.family},
                        {"equation", p.equation},
                        {"source", p.source},
                        {"knobs", json_knobs}});
  }
  return out;
}

Listing tasks_listing() {
  Listing out{Table({"name<", "baseline<", "sweep<", "chance", "summary<"})};
  for (const auto& task : tasks()) {
    std::string sweep;
    auto axes = Json::object();
    for (const auto& axis : task.axes) {
      std::string values;
      for (const auto value : axis.values) values += (values.empty() ? "" : ",") + number(value);
      sweep += (sweep.empty() ? "" : "  ") + axis.name + "=" + values;
      axes[axis.name] = axis.values;
    }
    out.table.add({task.name, task.baseline.text(), sweep, shown("%.3f", task.chance(task.baseline)), task.summary});
    Json baseline;
    for (const auto& [name, value] : task.baseline) baseline[name] = value;
    out.json.push_back({{"name", task.name},
                        {"summary", task.summary},
                        {"source", task.source},
                        {"baseline", baseline},
                        {"axes", axes},
                        {"chance", task.chance(task.baseline)}});
  }
  return out;
}

Listing designs_listing() {
  Listing out{Table({"name<", "blocks", "stripe<", "source<"})};
  for (const auto& design : shipped_designs(configs_folder())) {
    out.table.add({design.name, std::to_string(block_count(design.genome)), text(design.genome), design.source});
    out.json.push_back({{"name", design.name},
                        {"text", text(design.genome)},
                        {"blocks", block_count(design.genome)},
                        {"source", design.source},
                        {"note", design.note}});
  }
  return out;
}

Listing batteries_listing() {
  Listing out{Table({"name<", "protocol<", "width", "tasks", "settings", "trainings", "steps in all", "hash<"})};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(configs_folder() / "batteries"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const auto b = load_battery(file.string(), configs_folder());
    std::size_t settings = 0;
    for (const auto& task : b.tasks) settings += task.settings.size();
    const auto protocol = to_text(b.protocol);
    out.table.add({b.name, protocol, std::to_string(b.width),
                   std::to_string(b.tasks.size()) + (b.partial() ? " (partial)" : ""), std::to_string(settings),
                   std::to_string(settings * b.grid.size()), grouped(b.total_steps()), b.hash()});
    out.json.push_back({{"name", b.name},
                        {"protocol", protocol},
                        {"width", b.width},
                        {"partial", b.partial()},
                        {"settings", settings},
                        {"trainings", settings * b.grid.size()},
                        {"steps", b.total_steps()},
                        {"hash", b.hash()}});
  }
  return out;
}

std::string range(const Knob& knob) {
  const bool numbers =
      std::any_of(knob.values.begin(), knob.values.end(), [](const KnobValue& value) { return !value.is_word(); });
  return numbers || knob.ratio ? number(knob.least) + ".." + number(knob.most) : "";
}

/// Costs at the defaults; inner sizes that search solves are those of swiglu in transformer++, 8/3 of the width.
Cost cost_at(const Primitive& p, Shape shape) {
  auto settings = p.defaults();
  for (const auto& knob : p.knobs)
    if (settings.at(knob.name) == KnobValue("auto")) settings.set(knob.name, KnobValue(8, 3));
  return p.cost(settings, shape);
}

constexpr std::int64_t kWidth = 64, kShort = 64, kLong = 2048;

/// One primitive in full.
void show_primitive(const std::string& name, Format format) {
  const auto* p = find_primitive(name);
  if (!p) {
    std::vector<std::string> names;
    for (const auto& row : primitives()) names.push_back(row.name);
    throw ConfigError("unknown primitive \"" + name + "\"" + did_you_mean(name, names));
  }
  if (format != Format::kText) {
    for (const auto& row : primitives_listing().json)
      if (row["name"] == name) std::cout << row.dump(2) << "\n";
    return;
  }
  std::cout << p->name << " (" << p->family << ", " << (p->kind == Kind::kSequence ? "mixes tokens" : "mixes channels")
            << ")\n\n"
            << data_sheet(name) << "\n";
  Table knobs({"knob<", "search draws<", "range<", "meaning<"});
  for (const auto& knob : p->knobs) knobs.add({knob.name, joined(knob.values), range(knob), knob.meaning});
  Table costs({"width", "length", "parameters", "FLOPs", "state", "state_mad"});
  for (const auto length : {kShort, kLong}) {
    const auto spent = cost_at(*p, {kWidth, length});
    costs.add({std::to_string(kWidth), std::to_string(length), grouped(spent.parameters), grouped(spent.flops),
               grouped(spent.state), grouped(spent.state_mad)});
  }
  std::cout << knobs.text() << "\n" << costs.text();
}

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
      std::string(kSymbols) +
      "\nParameters, FLOPs (one sequence, forward) and state (numbers a sequence carries) are those of the "
      "defaults at width " +
      std::to_string(kWidth) + ",\nlength " + std::to_string(kShort) + " and, for state, " + std::to_string(kLong) +
      "; a channel mixer's inner size, which search solves, is taken as 8/3 of the width.\n\n"
      "| primitive | family | parameters | FLOPs | state | state at " +
      std::to_string(kLong) + " | knobs, the default first |\n|---|---|---|---|---|---|---|\n";
  for (const auto& p : primitives()) {
    std::string knobs;
    for (const auto& knob : p.knobs) knobs += (knobs.empty() ? "" : "; ") + knob.name + " " + joined(knob.values);
    const auto spent = cost_at(p, {kWidth, kShort});
    out += "| [" + p.name + "](#" + p.name + ") | " + p.family + " | " + grouped(spent.parameters) + " | " +
           grouped(spent.flops) + " | " + grouped(spent.state) + " | " + grouped(cost_at(p, {kWidth, kLong}).state) +
           " | " + knobs + " |\n";
  }
  for (const auto& p : primitives()) out += "\n## " + p.name + "\n```\n" + data_sheet(p.name) + "```\n";
  return out;
}

}  // namespace

void add_list(CLI::App& app, int& code) {
  struct Flags {
    std::string what, name;
    bool page = false;
    Format format = Format::kText;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("list", "List primitives, tasks, designs or batteries");
  command->add_option("WHAT", flags->what, "primitives, tasks, designs or batteries")
      ->required()
      ->check(CLI::IsMember({"primitives", "tasks", "designs", "batteries"}));
  command->add_option("NAME", flags->name, "one primitive: its data sheet, knobs and costs");
  command->add_flag("--page", flags->page, "of primitives: all data sheets as docs/primitives.md");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    code = 0;
    if (flags->page) {
      if (flags->what != "primitives" || !flags->name.empty())
        throw ConfigError("--page goes with `list primitives` only");
      std::cout << page();
      return;
    }
    if (!flags->name.empty()) {
      if (flags->what != "primitives") throw ConfigError("a NAME follows `list primitives` only");
      return show_primitive(flags->name, flags->format);
    }
    const auto listing = flags->what == "primitives" ? primitives_listing()
                         : flags->what == "tasks"    ? tasks_listing()
                         : flags->what == "designs"  ? designs_listing()
                                                     : batteries_listing();
    std::cout << (flags->format == Format::kJson  ? listing.json.dump(2) + "\n"
                  : flags->format == Format::kCsv ? listing.table.csv()
                                                  : listing.table.text(""));
  });
}

}  // namespace madsearch
