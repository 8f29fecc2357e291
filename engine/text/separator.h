#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace madsearch {

/// What stands between the documents of token shards, as a configuration says it: nothing (the format's own token),
/// "none" (there is no such token), or the id of a token.
class Separator {
 public:
  Separator() = default;  // the format's own
  static Separator none() { return Separator(Kind::kNone, 0); }
  /// Throws std::invalid_argument unless 0 <= id < 2^31.
  static Separator token(std::int64_t id);
  /// Reads "", "none" or digits; nothing for other texts.
  static std::optional<Separator> parse(std::string_view text);

  bool is_own() const { return kind_ == Kind::kOwn; }
  bool is_none() const { return kind_ == Kind::kNone; }
  std::int32_t id() const { return id_; }  // 0 unless it is a token
  std::string text() const;                // as parse reads it
  friend bool operator==(const Separator&, const Separator&) = default;

 private:
  enum class Kind { kOwn, kNone, kToken };
  Separator(Kind kind, std::int32_t id) : kind_(kind), id_(id) {}
  Kind kind_ = Kind::kOwn;
  std::int32_t id_ = 0;
};

}  // namespace madsearch
