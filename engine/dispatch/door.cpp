#include "engine/dispatch/door.h"

#include <stdexcept>

#include "configs/text.h"
#include "engine/dispatch/message_fields.h"

namespace madsearch {
namespace {

// Ids and designs are said back to the coordinator, which knows them, so they are as long as it made them.
constexpr std::size_t kLongestOfOurs = 1 << 20;
constexpr std::size_t kLongest = 2000;

bool is_ours(std::string_view name) { return name == "id" || name == "design" || name == "text"; }

template <class T>
constexpr bool is_list = false;
template <class T>
constexpr bool is_list<std::vector<T>> = true;

/// Every text in `value`, the field `name` of something or a whole message.
template <class T>
void clean(std::string_view name, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = printable(value, is_ours(name) ? kLongestOfOurs : kLongest);
  } else if constexpr (requires { value.has_value(); }) {
    if (value) clean(name, *value);
  } else if constexpr (is_list<T>) {
    for (auto& item : value) clean(name, item);
  } else if constexpr (is_variant<T>) {
    std::visit([&](auto& kind) { clean(name, kind); }, value);
  } else if constexpr (requires { fields(value, [](const char*, auto&) {}); }) {
    fields(value, [](const char* field, auto& member) { clean(field, member); });
  }
}

}  // namespace

MessageLine let_in(const std::string& line) {
  try {
    auto out = from_line(line);
    clean("", out.message);
    return out;
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(printable(error.what()));
  }
}

}  // namespace madsearch
