#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace madsearch {

/// A class, function or constant of a Python module, with the comment above it.
struct Definition {
  std::string name, text;  // without a newline at the end
};

/// Those that stand at the left edge of `source`, in order; two empty lines separate them, as PEP 8 has it. What stands
/// before the first, docstring and imports, is left out.
std::vector<Definition> definitions(std::string_view source);

/// The names in a piece of Python but those of attributes; texts and comments don't count.
std::set<std::string> names(std::string_view source);

/// Those of `all` that `wanted` names or that one of them names, in order.
std::vector<Definition> needed(const std::vector<Definition>& all, std::set<std::string> wanted);

}  // namespace madsearch
