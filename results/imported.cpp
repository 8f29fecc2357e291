#include "results/imported.h"

#include <sstream>

namespace madsearch {

std::map<std::string, std::string> imported_evaluations(const std::map<std::string, std::string>& inputs) {
  const std::string kind = kImported;
  std::map<std::string, std::string> out;
  for (const auto& [name, content] : inputs) {
    if (!name.starts_with(kind)) continue;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
      const auto id = line.substr(0, line.find('\t'));  // HASH/RUNG/SEED SET/TASK/INDEX
      const auto task = id.rfind('/', id.rfind('/') - 1);
      out.emplace(id.substr(0, task), name.substr(kind.size()));
    }
  }
  return out;
}

}  // namespace madsearch
