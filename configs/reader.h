#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "configs/errors.h"

namespace madsearch {

struct ReaderEntry;

/// Reads one YAML mapping (or JSON object, which is one), of a file of one document and at most 1 MiB, of at most 1000
/// keys and lists of 1000 entries.
/// The code that reads is the only schema: a key that nobody asked for is an error at finish().
/// Every function that takes a key returns `otherwise` where it is missing, and throws ConfigError for a value of the
/// wrong kind or out of range (least .. most, both allowed) that shows file, line, column and what is expected.
class Reader {
 public:
  static Reader file(const std::filesystem::path& path);  // ConfigError if missing, unreadable, empty or not a mapping
  static Reader text(const std::string& yaml, const std::string& name);

  bool has(const std::string& key) const;      // whether it is there; marks `key` as known
  bool given(const std::string& key) const;    // whether it is there and not null; marks `key` as known
  bool mapping(const std::string& key) const;  // whether it is there and a mapping; marks `key` as known
  std::int64_t integer(const std::string& key, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  double real(const std::string& key, double otherwise, double least, double most);
  bool boolean(const std::string& key, bool otherwise);
  std::string word(const std::string& key, const std::string& otherwise, const std::vector<std::string>& allowed);
  std::string string(const std::string& key, const std::string& otherwise);
  std::string required(const std::string& key);  // a string; ConfigError if it is missing
  std::vector<std::string> strings(const std::string& key,
                                   const std::vector<std::string>& otherwise);  // a scalar or a sequence
  /// The entries of a list of texts and mappings; one alone needs no list.
  std::vector<ReaderEntry> entries(const std::string& key, const std::vector<std::string>& otherwise);
  std::vector<double> reals(const std::string& key, const std::vector<double>& otherwise, double least, double most);
  std::vector<std::int64_t> integers(const std::string& key, const std::vector<std::int64_t>& otherwise,
                                     std::int64_t least, std::int64_t most);
  Reader child(const std::string& key);                  // a mapping; an empty one if the key is missing
  std::vector<Reader> children(const std::string& key);  // a sequence of mappings; empty if missing
  /// A mapping's keys in order of appearance, all marked as known: for mappings whose keys are data (names of tasks, of
  /// axes).
  std::vector<std::string> keys();
  /// A ConfigError at `key` (its value if `at_value`); what stands behind the first newline goes below the shown line.
  ConfigError error(const std::string& key, const std::string& message, bool at_value = true) const;
  void finish() const;                // ConfigError for the first key that nobody asked for, with did-you-mean
  std::string name() const;           // the file's name, or the key of a child
  std::string place() const;          // "FILE:LINE" of the mapping; of one that is missing "FILE"
  const std::string& source() const;  // the whole text that it, or what it is a child of, was read from

 private:
  struct Node;
  explicit Reader(std::shared_ptr<Node> node);
  std::shared_ptr<Node> node_;
};

/// A text, or a mapping.
struct ReaderEntry {
  std::string text;
  std::optional<Reader> mapping = std::nullopt;
};

}  // namespace madsearch
