#include "engine/run/steering_reader.h"

#include <algorithm>
#include <set>
#include <sstream>

#include "configs/errors.h"
#include "configs/text.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMostBlocks = 64;
constexpr double kCounted = 20'000;  // fillings that are looked at one by one
constexpr std::size_t kShown = 3;    // designs

std::vector<std::string> all_names() {
  std::vector<std::string> out;
  for (const auto& primitive : primitives()) out.push_back(primitive.name);
  return out;
}

/// "{attention: 1}"
std::map<std::string, std::int64_t> counts(Reader in) {
  std::map<std::string, std::int64_t> out;
  for (const auto& name : in.keys()) {
    if (!find_primitive(name))
      throw in.error(name, "unknown primitive " + in_quotes(name) + expected_one_of(all_names(), name), false);
    out[name] = in.integer(name, 0, 0, kMostBlocks);
  }
  return out;
}

std::vector<Template> templates(Reader& in, std::int64_t stages, ConfigNames& names) {
  std::vector<Template> out;
  for (const auto& text : in.strings("template", {})) {
    try {
      if (!has_holes(text))
        throw ConfigError(in_quotes(text) + " has no hole (\"?\"): it is one design, which stands in `seeds:`");
      out.push_back(names.space_template(text, stages));
    } catch (const ConfigError& error) {
      throw in.error("template", error.what());
    }
  }
  return out;
}

/// Designs that are drawn as the search draws them.
std::vector<std::string> some_designs(const RunConfig& config, const Architectures& space) {
  Rng rng(Seed{config.seed}.derive("some designs"));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < 10 * kShown && out.size() < kShown; ++i)
    if (const auto drawn = space.random(rng)) {
      auto text = short_text(*drawn);
      if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
    }
  return out;
}

std::string size_text(const Architectures& space) {
  if (const auto designs = space.designs(kCounted))
    return std::to_string(*designs) + (*designs == 1 ? " design" : " designs");
  return shown("%.2g", space.fillings()) + " fillings, of which limits and counts leave fewer";
}

}  // namespace

Steering read_steering(Reader in, std::int64_t stages, ConfigNames& names) {
  Steering out{.templates = templates(in, stages, names)};
  out.vary_mixers = in.word("vary", "all", {"all", "mixers"}) == "mixers";
  if (out.vary_mixers && !out.templates.empty())
    throw in.error("vary", "`template` says already what varies; `vary: mixers` makes templates of the seeds");
  out.at_most = counts(in.child("at_most"));
  out.at_least = counts(in.child("at_least"));
  out.never_first = names_among(in, "never_first", {}, all_names(), "primitive");
  out.never_last = names_among(in, "never_last", {}, all_names(), "primitive");
  in.finish();
  return out;
}

std::vector<Template> free_mixers_of(const std::vector<Design>& designs) {
  std::vector<Template> out;
  std::set<std::string> met;
  for (const auto& design : designs) {
    auto made = with_free_mixers(design.genome, design.name);
    if (met.insert(expanded_text(made)).second) out.push_back(std::move(made));
  }
  return out;
}

std::string why_nothing_is_found(const RunConfig& config, const Architectures& space) {
  Rng rng(Seed{config.seed}.derive("nothing found"));
  const auto sentence = space.nothing_drawn(rng);
  if (sentence.empty()) return "";
  for (const auto& design : config.seeds)
    if (!space.mutate(expanded_text(design.genome), 1, rng).operators.empty()) return "";
  return "no design was found in this space; the last that was drawn: " + sentence;
}

std::string steering_text(const RunConfig& config) {
  std::ostringstream out;
  if (!config.limits.steering.empty()) {
    const Architectures space(config.limits);
    out << "space: " << size_text(space);
    for (const auto& text : some_designs(config, space)) out << "\n  " << text;
  }
  for (const auto& [name, content] : config.inputs) {
    const std::string kind = "fillings ";
    if (!name.starts_with(kind)) continue;
    out << (out.str().empty() ? "" : "\n") << "seeds of " << name.substr(name.find(' ', kind.size()) + 1);
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) out << "\n  " << short_text(line.substr(line.find('\t') + 1));
  }
  return out.str();
}

}  // namespace madsearch
