#include "search/architecture/cost.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "command.h"
#include "configs/errors.h"
#include "engine/run/config.h"
#include "search/architecture/graph.h"
#include "search/architecture/validity.h"
#include "table.h"

namespace madsearch {

void add_cost(CLI::App& app, int& code) {
  struct Flags {
    std::vector<std::string> designs;
    std::int64_t width = 128, length = 128, vocabulary = 0, stages = 0;
    std::string protocol = "madsearch";
    bool dot = false;
    Format format = Format::kText;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("cost", "Parameters, FLOPs and inference state of designs");
  command->add_option("DESIGN", flags->designs, "names, YAML files or texts")->required();
  command->add_option("--width", flags->width)->check(CLI::Range(4, 65536))->capture_default_str();
  command->add_option("--length", flags->length)->check(CLI::Range(1, 1 << 24))->capture_default_str();
  command->add_option("--vocabulary", flags->vocabulary, "counts the unembedding's FLOPs")->capture_default_str();
  command->add_option("--stages", flags->stages, "repeat each design to so many blocks")->check(CLI::Range(1, 128));
  command->add_option("--protocol", flags->protocol)
      ->check(CLI::IsMember({"madsearch", "mad-lab"}))
      ->capture_default_str();
  command->add_flag("--dot", flags->dot, "the graph of the first design, for Graphviz");
  add_format(*command, flags->format);
  command->callback([flags, &code] {
    const Shape shape{flags->width, flags->length,
                      flags->protocol == "mad-lab" ? Protocol::kMadLab : Protocol::kMadsearch};
    auto json = nlohmann::ordered_json::array();
    Table table({"parameters", "active", "FLOPs", "state", "mad", "at 2048", "at 32768", "solved<", "design<"});
    for (const auto& name : flags->designs) {
      const auto design = find_design(name, configs_folder());
      const auto genome = flags->stages > 0 ? repeated(design, flags->stages) : design.genome;
      const auto sized = solve_sizes(genome, shape);
      if (const auto sentence = invalid(sized.genome, shape); !sentence.empty())
        throw ConfigError("design \"" + design.name + "\": " + sentence);
      if (flags->dot) {
        std::cout << Graph(genome).dot(text(genome));
        code = 0;
        return;
      }
      const auto spent = cost(sized.genome, shape, flags->vocabulary);
      const auto at = [&](std::int64_t length) {
        return cost(sized.genome, {shape.width, length, shape.protocol}).state;
      };
      const std::string solved = sized.fixed ? "fixes its own sizes" : sized.within ? "" : "not within 5 %";
      table.add({grouped(spent.parameters), grouped(spent.active()), grouped(spent.flops), grouped(spent.state),
                 grouped(spent.state_mad), grouped(at(2048)), grouped(at(32'768)), solved, text(genome)});
      json.push_back(
          {{"text", text(genome)},
           {"parameters", spent.parameters},
           {"active_parameters", spent.active()},
           {"flops", spent.flops},
           {"state",
            {{"exact", spent.state}, {"mad", spent.state_mad}, {"at_2048", at(2048)}, {"at_32768", at(32'768)}}},
           {"width", shape.width},
           {"length", shape.length},
           {"protocol", to_text(shape.protocol)},
           {"fixed_sizes", sized.fixed},
           {"within_parameters", sized.within},
           {"sized", text(sized.genome)}});
    }
    if (flags->format == Format::kJson)
      std::cout << (json.size() == 1 ? json.front() : json).dump(2) << "\n";
    else if (flags->format == Format::kCsv)
      std::cout << table.csv();
    else
      std::cout << "width " << shape.width << ", one sequence of " << shape.length
                << " tokens; parameters without embeddings, state in numbers a sequence\n"
                << table.text();
    code = 0;
  });
}

}  // namespace madsearch
