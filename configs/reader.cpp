#include "configs/reader.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr std::size_t kMostBytes = 1 << 20;  // of a file
constexpr std::size_t kMostKeys = 1000;      // of a mapping; and entries of a list

/// The file a mapping comes from, shared by all of its children.
struct Source {
  std::string name;
  std::string text;

  std::string format() const { return name.ends_with(".json") ? "JSON" : "YAML"; }
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
  return in_quotes(node.Scalar());
}

/// What explains an integer that some readers take for octal.
std::string on_leading_zeros(const std::string& text) {
  const bool leads = text.size() > 1 && text[0] == '0' && text.find_first_not_of("0123456789") == std::string::npos;
  return leads ? "\n  an integer is written without leading zeros" : "";
}

/// Hears the events of documents, and remembers where something stands behind the first.
class Behind : public YAML::EventHandler {
 public:
  std::optional<YAML::Mark> place() const { return place_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    ++documents_;
    start_ = mark;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {
    if (documents_ == kMostEmpty) place_ = start_;
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { note(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string&) override { note(mark); }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    note(mark);
  }
  void OnMapEnd() override {}

 private:
  static constexpr int kMostEmpty = 4;  // the parser makes empty documents without end of a comma that nothing precedes
  void note(const YAML::Mark& mark) {
    if (documents_ > 1 && !place_) place_ = mark;
  }
  int documents_ = 0;
  YAML::Mark start_;
  std::optional<YAML::Mark> place_;
};

/// Where something stands behind the first document that nobody would read.
std::optional<YAML::Mark> behind_the_document(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Behind behind;
  while (!behind.place() && parser.HandleNextDocument(behind)) {
  }
  return behind.place();
}

/// The document of a file. Throws ConfigError for what is no YAML and for more than one document.
YAML::Node only_document(const Source& source) {
  try {
    if (const auto place = behind_the_document(source.text))
      throw source.error(*place, 1, "a second document begins here; a file holds one");
    return YAML::Load(source.text);
  } catch (const YAML::DeepRecursion& error) {
    throw ConfigError(printable(source.name) + ": lists and mappings are nested too deeply");
  } catch (const YAML::Exception& error) {
    throw source.error(error.mark, 1, "not " + source.format() + ": " + printable(error.msg));
  }
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
        throw source->error(entry.first.Mark(), key.size(),
                            "key " + in_quotes(key) + " appears twice in " + printable(name, 100));
      if (entries.size() == kMostKeys)
        throw source->error(entry.first.Mark(), key.size(),
                            "more than " + std::to_string(kMostKeys) + " keys in " + printable(name, 100));
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
  /// What is read of a mapping in this one.
  std::shared_ptr<Node> inner(const std::string& key, const YAML::Node& value) const {
    auto out = std::make_shared<Node>();
    out->source = source;
    out->name = key;
    out->map.reset(value);
    out->read();
    return out;
  }
  double number(const std::string& key, const YAML::Node& value, double least, double most) const {
    const auto expected = "a number from " + shown(least) + " to " + shown(most);
    const auto out = number_of(scalar(key, value, expected));
    if (!out || *out < least || *out > most) throw wrong(value, key + " must be " + expected + ", not " + kind(value));
    return *out;
  }
  std::int64_t integer(const std::string& key, const YAML::Node& value, std::int64_t least, std::int64_t most) const {
    const auto expected = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
    const auto text = scalar(key, value, expected);
    const auto out = integer_of(text);
    if (!out || *out < least || *out > most)
      throw wrong(value, key + " must be " + expected + ", not " + kind(value), on_leading_zeros(text));
    return *out;
  }
  /// A scalar or the items of a list, each read by `read(name of the item, item)`; `expected` is "a text or
  /// a list of texts".
  template <class T, class Read>
  std::vector<T> list(const std::string& key, const YAML::Node& value, const std::string& expected, Read read) const {
    if (value.IsScalar()) return {read(key, value)};
    if (!value.IsSequence()) throw wrong(value, key + " must be " + expected + ", not " + kind(value));
    if (value.size() > kMostKeys)
      throw wrong(value, key + " has " + std::to_string(value.size()) + " entries; " + std::to_string(kMostKeys) +
                             " are the most");
    std::vector<T> out;
    for (const auto& item : value) out.push_back(read("each of " + key, item));
    return out;
  }
};

Reader::Reader(std::shared_ptr<Node> node) : node_(std::move(node)) {}

Reader Reader::text(const std::string& yaml, const std::string& name) {
  auto node = std::make_shared<Node>();
  node->source = std::make_shared<Source>(Source{name, yaml});
  node->name = name;
  if (yaml.size() > kMostBytes)
    throw ConfigError(printable(name) + ": longer than " + std::to_string(kMostBytes) +
                      " bytes, the most of a YAML file");
  node->map = only_document(*node->source);
  if (node->map.IsNull()) throw ConfigError(printable(name) + ": the file is empty");
  if (!node->map.IsMap())
    throw node->source->error(node->map.Mark(), 1, "a mapping of keys to values was expected, not " + kind(node->map));
  node->read();
  return Reader(node);
}

Reader Reader::file(const std::filesystem::path& path) {
  const auto name = printable(path.native());
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw ConfigError(name + ": no such file");
  if (std::filesystem::is_directory(path, error))
    throw ConfigError(name + ": a directory, where a YAML file was expected");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw ConfigError(name + ": the file cannot be read");
  std::string yaml(kMostBytes + 1, ' ');  // one byte more than may be there: a device may have no end
  in.read(yaml.data(), static_cast<std::streamsize>(yaml.size()));
  yaml.resize(static_cast<std::size_t>(in.gcount()));
  return text(yaml, path.native());
}

bool Reader::has(const std::string& key) const { return node_->ask(key) != nullptr; }

bool Reader::given(const std::string& key) const {
  const auto* value = node_->ask(key);
  return value && !value->IsNull();
}

bool Reader::mapping(const std::string& key) const {
  const auto* value = node_->ask(key);
  return value && value->IsMap();
}

std::int64_t Reader::integer(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const auto* value = node_->ask(key);
  return value ? node_->integer(key, *value, least, most) : otherwise;
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
    throw node_->wrong(*value, "unknown " + key + " " + in_quotes(out), expected_one_of(allowed, out));
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
  return node_->list<std::string>(
      key, *value, "a text or a list of texts",
      [&](const std::string& name, const YAML::Node& item) { return node_->scalar(name, item, "a text"); });
}

std::vector<ReaderEntry> Reader::entries(const std::string& key, const std::vector<std::string>& otherwise) {
  std::vector<ReaderEntry> out;
  const auto* value = node_->ask(key);
  if (!value)
    for (const auto& text : otherwise) out.push_back({text});
  if (!value) return out;
  if (value->IsMap()) return {{"", Reader(node_->inner(key, *value))}};
  return node_->list<ReaderEntry>(key, *value, "a text or a list of texts",
                                  [&](const std::string& name, const YAML::Node& item) -> ReaderEntry {
                                    if (item.IsMap()) return {"", Reader(node_->inner(key, item))};
                                    return {node_->scalar(name, item, "a text or a mapping")};
                                  });
}

std::vector<double> Reader::reals(const std::string& key, const std::vector<double>& otherwise, double least,
                                  double most) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  return node_->list<double>(
      key, *value, "a number or a list of numbers",
      [&](const std::string& name, const YAML::Node& item) { return node_->number(name, item, least, most); });
}

std::vector<std::int64_t> Reader::integers(const std::string& key, const std::vector<std::int64_t>& otherwise,
                                           std::int64_t least, std::int64_t most) {
  const auto* value = node_->ask(key);
  if (!value) return otherwise;
  return node_->list<std::int64_t>(
      key, *value, "an integer or a list of integers",
      [&](const std::string& name, const YAML::Node& item) { return node_->integer(name, item, least, most); });
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
  if (value->size() > kMostKeys)
    throw node_->wrong(*value, "more than " + std::to_string(kMostKeys) + " entries in " + key);
  for (const auto& item : *value) {
    if (!item.IsMap()) throw node_->wrong(item, "each of " + key + " must be a mapping, not " + kind(item));
    out.push_back(Reader(node_->inner(key, item)));
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
  return ConfigError(printable(node_->source->name) + ": " + message);
}

void Reader::finish() const {
  const std::vector<std::string> known(node_->asked.begin(), node_->asked.end());
  for (std::size_t i = 0; i < node_->entries.size(); ++i)
    if (const auto& key = node_->entries[i].first; !node_->asked.contains(key))
      throw node_->source->error(node_->marks[i], key.size(),
                                 "unknown key " + in_quotes(key) + " in " + printable(node_->name, 100),
                                 expected_one_of(known, key));
}

std::string Reader::name() const { return node_->name; }
const std::string& Reader::source() const { return node_->source->text; }

std::string Reader::place() const {
  const auto mark = node_->map.Mark();
  const auto file = printable(node_->source->name);
  return mark.is_null() ? file : file + ":" + std::to_string(mark.line + 1);
}

}  // namespace madsearch
