#pragma once
#include <nlohmann/json.hpp>
#include <optional>

namespace madsearch {

/// JSON has no "unknown" but null.
inline nlohmann::ordered_json or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
}

}  // namespace madsearch
