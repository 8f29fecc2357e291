#include "results/run_meta.h"

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace madsearch {
namespace {

const std::string kOperator = "operator.";

/// The fields, listed once: calls visit(key, field) for each.
template <class Meta, class Visit>
void each_field(Meta& meta, Visit&& visit) {
  visit("identity", meta.identity);
  visit("scoring", meta.scoring);
  visit("version", meta.version);
  visit("revision", meta.revision);
  visit("writer", meta.writer);
  visit("name", meta.name);
  visit("protocol", meta.protocol);
  visit("battery", meta.battery);
  visit("battery_hash", meta.battery_hash);
  visit("objectives", meta.objectives);
  visit("objective_limits", meta.objective_limits);
  visit("width", meta.width);
  visit("length", meta.length);
  visit("state_length", meta.state_length);
  visit("stages", meta.stages);
  visit("config_path", meta.config_path);
  visit("evaluations", meta.evaluations);
  visit("added", meta.added);
  visit("closed_at", meta.closed_at);
  visit("closed_by", meta.closed_by);
  visit("finished", meta.finished);
  visit("session", meta.session);
  visit("trouble", meta.trouble);
  visit("pools", meta.pools);
  visit("spent_seconds", meta.spent_seconds);
  visit("retries", meta.retries);
  visit("former_controls", meta.former_controls);
  visit("signature", meta.signature);
}

std::string stored(const std::string& value) { return value; }
std::string stored(bool value) { return value ? "yes" : ""; }
std::string stored(std::int64_t value) { return std::to_string(value); }
std::string stored(double value) { return std::to_string(value); }
std::string stored(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }
std::string stored(const RunMeta::OperatorCount& value) {
  return std::to_string(value.tried) + " " + std::to_string(value.succeeded);
}
template <class T>
std::string stored(const std::vector<T>& values) {  // with a space after each
  std::string out;
  for (const auto& value : values) out += stored(value) + " ";
  return out;
}

/// Throws std::invalid_argument for what is no number.
template <class Number>
Number number(const std::string& text) {
  Number out = 0;
  const auto end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, out); read.ec != std::errc() || read.ptr != end)
    throw std::invalid_argument("\"" + text + "\" is no number");
  return out;
}

void read(const std::string& text, std::string& value) { value = text; }
void read(const std::string& text, bool& value) {
  if (!text.empty() && text != "yes") throw std::invalid_argument("\"" + text + "\" is neither yes nor nothing");
  value = text == "yes";
}
void read(const std::string& text, std::int64_t& value) { value = text.empty() ? 0 : number<std::int64_t>(text); }
void read(const std::string& text, double& value) { value = text.empty() ? 0 : number<double>(text); }
void read(const std::string& text, std::optional<std::int64_t>& value) {
  value.reset();
  if (!text.empty()) value = number<std::int64_t>(text);
}
void read(const std::string& text, RunMeta::OperatorCount& value) {
  std::istringstream(text) >> value.tried >> value.succeeded;
}
template <class T>
void read(const std::string& text, std::vector<T>& values) {
  std::istringstream in(text);
  for (std::string word; in >> word;) read(word, values.emplace_back());
}

}  // namespace

std::map<std::string, std::string> to_texts(const RunMeta& meta) {
  std::map<std::string, std::string> out;
  each_field(meta, [&](const char* key, const auto& field) { out[key] = stored(field); });
  for (const auto& [name, count] : meta.operators) out[kOperator + name] = stored(count);
  return out;
}

RunMeta read_meta(const Store& store) {
  auto texts = store.meta();
  RunMeta out;
  each_field(out, [&](const char* key, auto& field) {
    try {
      read(texts[key], field);
    } catch (const std::invalid_argument& error) {
      throw std::invalid_argument("the store's \"" + std::string(key) + "\": " + error.what());
    }
  });
  for (const auto& [key, text] : texts)
    if (key.starts_with(kOperator)) read(text, out.operators[key.substr(kOperator.size())]);
  return out;
}

void write_meta(Store& store, const RunMeta& meta) {
  auto before = to_texts(read_meta(store));
  store.transaction([&] {
    for (const auto& [key, text] : to_texts(meta))
      if (before[key] != text) store.put_meta(key, text);
  });
}

std::optional<std::string> identity_value(const RunMeta& meta, const std::string& key) {
  const auto line = "\n" + key + ": ";
  const auto lines = "\n" + meta.identity;
  const auto at = lines.find(line);
  if (at == std::string::npos) return {};
  const auto begin = at + line.size();
  return lines.substr(begin, lines.find('\n', begin) - begin);
}

std::vector<Objective> objectives_of(const RunMeta& meta) {
  std::vector<Objective> out;
  for (std::size_t i = 0; i < meta.objectives.size(); ++i) {
    const auto limit = i < meta.objective_limits.size() ? meta.objective_limits[i] : 0;
    out.push_back(objective(meta.objectives[i], static_cast<double>(limit)));
  }
  return out;
}

}  // namespace madsearch
