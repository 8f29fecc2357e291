#include "configs/reader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "configs/text.h"

namespace madsearch {
namespace {

/// The file a mapping comes from, shared by all of its children.
struct Source {
  std::string name;
  std::string text;

  /// Where a place that yaml-cpp gives as line and column stands in `text`.
  std::size_t offset(const YAML::Mark& mark) const {
    std::size_t at = 0;
    for (int line = 0; line < mark.line && at < text.size(); ++line)
      at = std::min(text.find('\n', at), text.size() - 1) + 1;
    return std::min(at + static_cast<std::size_t>(std::max(mark.column, 0)), text.size());
  }
  /// `message` above the line, `more` below it.
  ConfigError error(const YAML::Mark& mark, std::size_t length, const std::string& message,
                    const std::string& more = "") const {
    return ConfigError(point_at(name, text, offset(mark), length, message) + more);
  }
};

std::string shown(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

/// How a message calls a value.
std::string kind(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "nothing";
  return "\"" + node.Scalar() + "\"";
}

}  // namespace

/// One mapping of a file.
struct Reader::Node {
  std::shared_ptr<Source> source;
  YAML::Node map;
  std::string name;                                         // as messages call it: "search"
  std::vector<std::pair<std::string, YAML::Node>> entries;  // values by key, in order
  std::vector<YAML::Mark> marks;                            // of the keys
  std::set<std::string> asked;                              // keys that are known

  /// Lists the keys of `map`. Throws ConfigError for one that stands twice.
  void read() {
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) throw source->error(entry.first.Mark(), 1, "a key must be a word");
      const auto& key = entry.first.Scalar();
      if (find(key))
        throw source->error(entry.first.Mark(), key.size(), "key \"" + key + "\" appears twice in " + name);
      entries.emplace_back(key, entry.second);
      marks.push_back(entry.first.Mark());
    }
  }
  const YAML::Node* find(const std::string& key) const {
    for (const auto& [name_, value] : entries)
      if (name_ == key) return &value;
    return nullptr;
  }
  /// The value of `key`, nullptr if missing; `key` becomes known.
  const YAML::Node* ask(const std::string& key) {
    asked.insert(key);
    return find(key);
  }
  /// An error at a value.
  ConfigError wrong(const YAML::Node& value, const std::string& message, const std::string& more = "") const {
    return source->error(value.Mark(), value.IsScalar() ? value.Scalar().size() : 1, message, more);
  }
  /// The text of a value; throws ConfigError if it is a list or a mapping.
  std::string scalar(const std::string& key, const YAML::Node& value, const std::string& expected) const {
    if (!value.IsScalar()) throw wrong(value, key + " must be " + expected + ", not " + kind(value));
    return value.Scalar();
  }
  double number(const std::string& key, const YAML::Node& value, double least, double most) const {
    const auto expected = "a number from " + shown(least) + " to " + shown(most);
    const auto text = scalar(key, value, expected);
    double out = 0;
    if (!YAML::convert<double>::decode(value, out) || !std::isfinite(out) || out < least || out > most)
      throw wrong(value, key + " must be " + expected + ", not " + kind(value));
    return out;
  }
};

Reader::Reader(std::shared_ptr<Node> node) : node_(std::move(node)) {}

Reader Reader::text(const std::string& yaml, const std::string& name) {
  auto node = std::make_shared<Node>();
  node->source = std::make_shared<Source>(Source{name, yaml});
  node->name = name;
  try {
    node->map = YAML::Load(yaml);
  } catch (const YAML::ParserException& error) {
    throw node->source->error(error.mark, 1, "not YAML: " + error.msg);
  }
  if (node->map.IsNull()) throw ConfigError(name + ": the file is empty");
  if (!node->map.IsMap())
    throw node->source->error(node->map.Mark(), 1, "a mapping of keys to values was expected, not " + kind(node->map));
  node->read();
  return Reader(node);
}

Reader Reader::file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw ConfigError(path.string() + ": no such file");
  if (std::filesystem::is_directory(path, error))
    throw ConfigError(path.string() + ": a directory, where a YAML file was expected");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw ConfigError(path.string() + ": the file cannot be read");
  std::ostringstream text_;
  text_ << in.rdbuf();
  return text(text_.str(), path.string());
}

bool Reader::has(const std::string& key) const { return node_->ask(key) != nullptr; }

bool Reader::mapping(const std::string& key) const {
  const auto* value = node_->ask(key);
  return value && value->IsMap();
}

std::int64_t Reader::integer(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  const auto expected = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  node_->scalar(key, *value, expected);
  std::int64_t out = 0;
  if (!YAML::convert<std::int64_t>::decode(*value, out) || out < least || out > most)
    throw node_->wrong(*value, key + " must be " + expected + ", not " + kind(*value));
  return out;
}

double Reader::real(const std::string& key, double otherwise, double least, double most) {
  const auto* value = node_->ask(key);
  return value ? node_->number(key, *value, least, most) : otherwise;
}

bool Reader::boolean(const std::string& key, bool otherwise) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  bool out = false;
  node_->scalar(key, *value, "true or false");
  if (!YAML::convert<bool>::decode(*value, out))
    throw node_->wrong(*value, key + " must be true or false, not " + kind(*value));
  return out;
}

std::string Reader::word(const std::string& key, const std::string& otherwise,
                         const std::vector<std::string>& allowed) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  const auto out = node_->scalar(key, *value, "one of " + joined(allowed));
  if (std::find(allowed.begin(), allowed.end(), out) == allowed.end())
    throw node_->wrong(*value, "unknown " + key + " \"" + out + "\"", expected_one_of(allowed, out));
  return out;
}

std::string Reader::string(const std::string& key, const std::string& otherwise) {
  const auto* value = node_->ask(key);
  return value ? node_->scalar(key, *value, "a text") : otherwise;
}

std::string Reader::required(const std::string& key) {
  if (!node_->ask(key))
    throw node_->source->error(node_->map.Mark(), 1, node_->name + " needs the key \"" + key + "\"");
  return string(key, "");
}

std::vector<std::string> Reader::strings(const std::string& key, const std::vector<std::string>& otherwise) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  if (value->IsScalar()) return {value->Scalar()};
  if (!value->IsSequence()) throw node_->wrong(*value, key + " must be a text or a list of texts, not " + kind(*value));
  std::vector<std::string> out;
  for (const auto& item : *value) out.push_back(node_->scalar("each of " + key, item, "a text"));
  return out;
}

std::vector<double> Reader::reals(const std::string& key, const std::vector<double>& otherwise, double least,
                                  double most) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  if (value->IsScalar()) return {node_->number(key, *value, least, most)};
  if (!value->IsSequence())
    throw node_->wrong(*value, key + " must be a number or a list of numbers, not " + kind(*value));
  std::vector<double> out;
  for (const auto& item : *value) out.push_back(node_->number("each of " + key, item, least, most));
  return out;
}

Reader Reader::child(const std::string& key) {
  auto node = std::make_shared<Node>();
  node->source = node_->source;
  node->name = key;
  node->map = YAML::Node(YAML::NodeType::Map);
  if (const auto* value = node_->ask(key); value && !value->IsNull()) {
    if (!value->IsMap()) throw node_->wrong(*value, key + " must be a mapping, not " + kind(*value));
    node->map.reset(*value);
    node->read();
  }
  return Reader(node);
}

std::vector<Reader> Reader::children(const std::string& key) {
  std::vector<Reader> out;
  const auto* value = node_->ask(key);
  if (!value || value->IsNull()) return out;
  if (!value->IsSequence()) throw node_->wrong(*value, key + " must be a list, not " + kind(*value));
  for (const auto& item : *value) {
    if (!item.IsMap()) throw node_->wrong(item, "each of " + key + " must be a mapping, not " + kind(item));
    auto node = std::make_shared<Node>();
    node->source = node_->source;
    node->name = key;
    node->map.reset(item);
    node->read();
    out.push_back(Reader(node));
  }
  return out;
}

std::vector<std::string> Reader::keys() {
  std::vector<std::string> out;
  for (const auto& [key, value] : node_->entries) {
    out.push_back(key);
    node_->asked.insert(key);
  }
  return out;
}

ConfigError Reader::error(const std::string& key, const std::string& message, bool at_value) const {
  for (std::size_t i = 0; i < node_->entries.size(); ++i)
    if (node_->entries[i].first == key) {
      const auto newline = message.find('\n');  // what follows the sentence stands under the shown line
      const auto sentence = message.substr(0, newline);
      const auto more = newline == std::string::npos ? "" : message.substr(newline);
      return at_value ? node_->wrong(node_->entries[i].second, sentence, more)
                      : node_->source->error(node_->marks[i], key.size(), sentence, more);
    }
  return ConfigError(node_->source->name + ": " + message);
}

void Reader::finish() const {
  const std::vector<std::string> known(node_->asked.begin(), node_->asked.end());
  for (std::size_t i = 0; i < node_->entries.size(); ++i)
    if (const auto& key = node_->entries[i].first; !node_->asked.contains(key))
      throw node_->source->error(node_->marks[i], key.size(), "unknown key \"" + key + "\" in " + node_->name,
                                 expected_one_of(known, key));
}

std::string Reader::name() const { return node_->name; }

}  // namespace madsearch
