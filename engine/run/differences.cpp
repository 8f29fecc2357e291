#include "engine/run/differences.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace madsearch {
namespace {

using Values = std::map<std::string, std::string>;

/// The lines of an identity. Earlier releases wrote "seeds.NAME: TEXT" where "seeds.1: NAME = TEXT" is written now.
Values values_of(const std::string& identity) {
  Values out;
  std::map<std::string, int> counts;
  std::istringstream in(identity);
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    auto key = line.substr(0, colon);
    auto value = line.substr(std::min(line.size(), colon + 2));
    for (const std::string list : {"seeds.", "pretrain.controls."}) {
      if (!key.starts_with(list)) continue;
      if (value.find(" = ") == std::string::npos) value = key.substr(list.size()) + " = " + value;
      key = list + std::to_string(++counts[list]);
    }
    if (key != "pretrain.content" || !value.empty()) out[key] = value;  // empty: not known
  }
  return out;
}

/// Whether a line is one of several under a key: that it is missing means something.
bool of_a_list(const std::string& key) {
  for (const std::string list : {"seeds.", "space.", "pretrain.controls.", "objectives."})
    if (key.starts_with(list)) return true;
  return false;
}

std::string shown(const std::string& value) { return value.empty() ? "(none)" : value; }

}  // namespace

bool Differences::any(Decides decides) const {
  return std::any_of(lines.begin(), lines.end(), [&](const Line& line) { return line.decides == decides; });
}

std::string Differences::text() const {
  std::string out;
  for (const auto& line : lines) out += "\n  " + line.key + ": " + shown(line.before) + " -> " + shown(line.now);
  return out;
}

Differences differences(const std::string& before, const std::string& now) {
  auto old = values_of(before);
  const auto fresh = values_of(now);
  if (fresh.contains("state_length")) old.try_emplace("state_length", "0");  // as all searches did before it was said
  Differences out;
  for (const auto& [key, value] : fresh) {
    const auto known = old.find(key);
    if (known == old.end() && !of_a_list(key))
      out.unsaid.push_back(key + ": " + value);
    else if (known == old.end() || known->second != value)
      out.lines.push_back({key, known == old.end() ? "" : known->second, value, decides(key)});
  }
  for (const auto& [key, value] : old)
    if (!fresh.contains(key)) out.lines.push_back({key, value, "", decides(key)});
  std::sort(out.lines.begin(), out.lines.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return out;
}

}  // namespace madsearch
