#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "configs/knobs.h"
#include "configs/reader.h"

namespace madsearch {

/// The JSON object of a model, or one inside it. JSON is YAML, so a Reader reads it and shows where a mistake stands.
/// A key that is null counts as missing, but for maybe_count. What a genome can't say is collected as notes, and the
/// keys that nobody asked for at the end. Functions throw ConfigError as Reader's do.
class ModelFile {
 public:
  explicit ModelFile(Reader in);

  bool has(const std::string& key);  // there, and not null
  std::int64_t count(const std::string& key, std::int64_t otherwise);
  std::int64_t needed_count(const std::string& key);
  /// Nothing where the key is null, `otherwise` where it is missing.
  std::optional<std::int64_t> maybe_count(const std::string& key, std::optional<std::int64_t> otherwise);
  /// From 0 on: places of layers.
  std::vector<std::int64_t> counts(const std::string& key);
  double real(const std::string& key, double otherwise);
  bool truth(const std::string& key, bool otherwise);
  std::string word(const std::string& key, const std::string& otherwise, const std::vector<std::string>& allowed);
  std::string needed_text(const std::string& key);
  std::vector<std::string> texts(const std::string& key);
  bool mapping(const std::string& key);
  ModelFile child(const std::string& key);                  // empty where it is missing
  std::vector<ModelFile> children(const std::string& key);  // an object counts as a list of one

  ConfigError error(const std::string& key, const std::string& message) const { return in_.error(key, message); }
  std::string place() const { return in_.place(); }

  /// Marks keys as read that change nothing here.
  void known(const std::vector<std::string>& keys) { asked_.insert(keys.begin(), keys.end()); }
  /// Throws ConfigError, saying `why`, unless the key has this value; `otherwise` is what it means where it is missing.
  void needs(const std::string& key, bool otherwise, bool value, const std::string& why);
  /// Throws ConfigError, saying `why`, where the key is there.
  void needs_none(const std::string& key, const std::string& why);

  void note(const std::string& what);  // once
  /// The notes so far, and which keys that aren't null nobody asked for.
  std::string notes();

 private:
  ModelFile(Reader in, std::shared_ptr<std::vector<std::string>> notes);
  Reader in_;
  std::set<std::string> asked_;
  std::shared_ptr<std::vector<std::string>> notes_;
};

}  // namespace madsearch
