#include "engine/text/separator.h"

#include <limits>
#include <stdexcept>

#include "configs/text.h"

namespace madsearch {

Separator Separator::token(std::int64_t id) {
  if (id < 0 || id > std::numeric_limits<std::int32_t>::max())
    throw std::invalid_argument("a separator is a token from 0 to 2147483647, not " + std::to_string(id));
  return {Kind::kToken, static_cast<std::int32_t>(id)};
}

std::optional<Separator> Separator::parse(std::string_view text) {
  if (text.empty()) return Separator();
  if (text == "none") return none();
  const auto id = integer_of(text);
  if (!id || *id < 0 || *id > std::numeric_limits<std::int32_t>::max()) return {};
  return token(*id);
}

std::string Separator::text() const {
  if (is_own()) return "";
  return is_none() ? "none" : std::to_string(id_);
}

}  // namespace madsearch
