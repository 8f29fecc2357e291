#include "engine/study/published.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "configs/errors.h"
#include "configs/folder.h"
#include "configs/text.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::json;

constexpr double kShare = 1.02;  // of perplexity, where a paper states no noise
constexpr double kRounding = 1e-9;
constexpr std::int64_t kWindowsOf = 32;  // tokens

/// One object of a file, whose fields are asked for by name. Throws std::runtime_error for what is not as asked.
class Line {
 public:
  explicit Line(const std::string& text) : json_(Json::parse(text, nullptr, false)) {
    if (!json_.is_object()) throw std::runtime_error("this is no JSON object");
  }

  std::string text(const std::string& field) {
    const auto& value = at(field);
    if (!value.is_string()) throw std::runtime_error("\"" + field + "\" is no text");
    return value.get<std::string>();
  }
  std::optional<std::string> text_or_null(const std::string& field) {
    return at(field).is_null() ? std::nullopt : std::optional(text(field));
  }
  std::string text_if_there(const std::string& field) { return json_.contains(field) ? text(field) : ""; }
  double number(const std::string& field) {
    const auto& value = at(field);
    if (!value.is_number()) throw std::runtime_error("\"" + field + "\" is no number");
    return value.get<double>();
  }
  std::optional<double> number_or_null(const std::string& field) {
    return at(field).is_null() ? std::nullopt : std::optional(number(field));
  }
  std::vector<std::string> texts(const std::string& field) {
    std::vector<std::string> out;
    if (!at(field).is_array()) throw std::runtime_error("\"" + field + "\" is no list of texts");
    for (const auto& one : at(field)) {
      if (!one.is_string()) throw std::runtime_error("\"" + field + "\" is no list of texts");
      out.push_back(one.get<std::string>());
    }
    if (out.empty()) throw std::runtime_error("\"" + field + "\" is empty");
    return out;
  }
  /// The place of the field's word among `words`.
  std::size_t word(const std::string& field, const std::vector<std::string>& words) {
    const auto value = text(field);
    const auto found = std::find(words.begin(), words.end(), value);
    if (found == words.end())
      throw std::runtime_error("\"" + field + "\" is " + in_quotes(value) + expected_one_of(words, value));
    return static_cast<std::size_t>(found - words.begin());
  }
  /// A field for readers of the file alone.
  void remark(const std::string& field) { asked_.insert(field); }
  void finish() const {
    for (const auto& [field, value] : json_.items())
      if (!asked_.count(field)) throw std::runtime_error("unknown field " + in_quotes(field));
  }

 private:
  const Json& at(const std::string& field) {
    asked_.insert(field);
    const auto found = json_.find(field);
    if (found == json_.end()) throw std::runtime_error("\"" + field + "\" is missing");
    return *found;
  }
  Json json_;
  std::set<std::string> asked_;
};

void each_line(const fs::path& file, const std::function<void(Line&)>& read) {
  std::ifstream in(file);
  if (!in) throw ConfigError("cannot read " + printable(file.native()));
  std::int64_t number = 0;
  for (std::string text; std::getline(in, text);) {
    ++number;
    try {
      Line line(text);
      read(line);
      line.finish();
    } catch (const std::exception& error) {
      throw ConfigError(printable(file.native()) + ":" + std::to_string(number) + ": " + error.what());
    }
  }
}

PublishedGroup read_group(Line& in) {
  PublishedGroup out;
  out.name = in.text("group");
  out.paper = in.text("paper");
  out.judging = in.word("half", {"choosing", "judging"}) == 1;
  out.trust = static_cast<char>('A' + in.word("trust", {"A", "B", "C", "D"}));
  out.unit = static_cast<PublishedGroup::Unit>(in.word("unit", {"perplexity", "loss", "error"}));
  out.scale = in.text_if_there("scale");
  out.clear = in.number_or_null("clear");
  if (!out.clear && out.unit == PublishedGroup::Unit::kError)
    throw std::runtime_error("\"clear\" is null: 2 % of perplexity says nothing of errors");
  for (const auto* field : {"why", "noise", "metric", "recall_metric", "data", "source"}) in.remark(field);
  return out;
}

/// The hash of a genome, which is kept.
std::string read_genome(const std::string& text, Published& out) {
  auto genome = canonical(parse(text, "genome", Unwritten::kBefore));
  auto key = hash(genome);
  out.genomes.emplace(key, std::move(genome));
  return key;
}

PublishedDesign read_design(Line& in, Published& out) {
  PublishedDesign design;
  const auto group = in.text("group");
  const auto found =
      std::find_if(out.groups.begin(), out.groups.end(), [&](const auto& one) { return one.name == group; });
  if (found == out.groups.end()) throw std::runtime_error("no group is called " + in_quotes(group));
  design.group = static_cast<std::size_t>(found - out.groups.begin());
  design.name = in.text("name");
  if (const auto genome = in.text_or_null("genome")) design.hash = read_genome(*genome, out);
  design.value = in.number("value");
  in.number_or_null("recall");
  in.remark("note");
  return design;
}

PublishedVerdict read_verdict(Line& in, Published& out) {
  PublishedVerdict verdict;
  verdict.agreed = in.word("verdict", {"agreed", "disputed"}) == 0;
  verdict.claim = in.text("claim");
  verdict.better = read_genome(in.text("better"), out);
  verdict.worse = read_genome(in.text("worse"), out);
  verdict.papers = in.texts("papers");
  if (verdict.better == verdict.worse) throw std::runtime_error("both designs are the same");
  in.remark("note");
  return verdict;
}

}  // namespace

bool PublishedGroup::apart(double better, double worse) const {
  const auto gap = worse - better - kRounding;
  if (clear) return gap > *clear;
  return gap > (unit == Unit::kLoss ? std::log(kShare) : (kShare - 1) * better);
}

Genome with_shares_of_context(Genome genome) {
  for (auto* block : blocks(genome)) {
    auto& set = block->settings;
    if (!set.has("window") || !set.at("window").is_count()) continue;
    const auto window = set.count("window");
    set.set("window", window < kWindowsOf ? KnobValue(window, kWindowsOf) : KnobValue("none"));
    if (window >= kWindowsOf && set.has("sinks")) set.set("sinks", 0);
  }
  return canonical(std::move(genome));
}

fs::path published_folder() { return configs_folder().parent_path() / "docs/reference/published"; }

Published read_published(const fs::path& folder) {
  Published out;
  std::map<std::string, bool> halves;
  each_line(folder / "groups.jsonl", [&](Line& line) {
    const auto group = read_group(line);
    for (const auto& one : out.groups)
      if (one.name == group.name) throw std::runtime_error("this group stands twice");
    if (halves.emplace(group.paper, group.judging).first->second != group.judging)
      throw std::runtime_error("another group has this paper in the other half");
    out.groups.push_back(group);
  });
  each_line(folder / "designs.jsonl", [&](Line& line) { out.designs.push_back(read_design(line, out)); });
  std::set<std::set<std::string>> pairs;
  each_line(folder / "verdicts.jsonl", [&](Line& line) {
    const auto verdict = read_verdict(line, out);
    if (!pairs.insert({verdict.better, verdict.worse}).second) throw std::runtime_error("this contrast stands twice");
    out.verdicts.push_back(verdict);
  });
  return out;
}

}  // namespace madsearch
