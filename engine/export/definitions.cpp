#include "engine/export/definitions.h"

#include <algorithm>
#include <cctype>

namespace madsearch {
namespace {

bool of_a_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Of "class Layer(nn.Module):", "def read(q)" or "FLA = {"; "" for an import, a text or a comment.
std::string name_of(std::string_view line) {
  bool assigned = true;
  for (const std::string_view keyword : {"class ", "def "})
    if (line.starts_with(keyword)) {
      line.remove_prefix(keyword.size());
      assigned = false;
    }
  std::size_t end = 0;
  while (end < line.size() && of_a_name(line[end])) ++end;
  if (assigned && !line.substr(end).starts_with(" = ")) return "";
  return std::string(line.substr(0, end));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with('\n')) text.remove_prefix(1);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

/// The name of the first line that has one, behind comments and decorators.
std::string name_in(std::string_view part) {
  while (part.starts_with('#') || part.starts_with('@')) {
    const auto end = part.find('\n');
    if (end == std::string_view::npos) return "";
    part.remove_prefix(end + 1);
  }
  return name_of(part);
}

/// Where what begins at `at` ends: a comment, a text, or one letter.
std::size_t behind(std::string_view source, std::size_t at) {
  const auto rest = source.substr(at);
  if (rest.front() == '#') return std::min(source.find('\n', at), source.size());
  for (const std::string_view quote : {"\"\"\"", "\"", "'"}) {
    if (!rest.starts_with(quote)) continue;
    const auto end = source.find(quote, at + quote.size());
    return end == std::string_view::npos ? source.size() : end + quote.size();
  }
  return at + 1;
}

}  // namespace

std::vector<Definition> definitions(std::string_view source) {
  constexpr std::string_view kBetween = "\n\n\n";
  std::vector<Definition> out;
  while (!source.empty()) {
    const auto end = source.find(kBetween);
    auto part = trimmed(source.substr(0, end));
    source.remove_prefix(end == std::string_view::npos ? source.size() : end + kBetween.size());
    if (out.empty() && name_in(part).empty()) {  // imports; a constant may follow them
      const auto last = part.rfind("\n\n");
      part = last == std::string_view::npos ? std::string_view() : trimmed(part.substr(last));
    }
    if (auto name = name_in(part); !name.empty()) out.push_back({std::move(name), std::string(part)});
  }
  return out;
}

std::set<std::string> names(std::string_view source) {
  std::set<std::string> out;
  for (std::size_t at = 0; at < source.size();) {
    const auto begin = at;
    while (at < source.size() && of_a_name(source[at])) ++at;
    if (at == begin)
      at = behind(source, at);
    else if (begin == 0 || source[begin - 1] != '.')
      out.emplace(source.substr(begin, at - begin));
  }
  return out;
}

std::vector<Definition> needed(const std::vector<Definition>& all, std::set<std::string> wanted) {
  for (std::size_t before = 0; before != wanted.size();) {
    before = wanted.size();
    for (const auto& definition : all)
      if (wanted.contains(definition.name)) wanted.merge(names(definition.text));
  }
  std::vector<Definition> out;
  for (const auto& definition : all)
    if (wanted.contains(definition.name)) out.push_back(definition);
  return out;
}

}  // namespace madsearch
