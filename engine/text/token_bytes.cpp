#include "engine/text/token_bytes.h"

#include <fstream>
#include <string>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMost = 1000;

}  // namespace

std::vector<std::int32_t> read_token_bytes(const std::filesystem::path& folder, std::int64_t vocabulary) {
  const auto file = folder / kTokenBytes;
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  std::ifstream in(file);
  if (!in) throw ConfigError("cannot read " + printable(file.native()));
  std::vector<std::int32_t> out;
  for (std::string line; std::getline(in, line);) {
    const auto bytes = integer_of(line);
    if (!bytes || *bytes < 0 || *bytes > kMost)
      throw ConfigError(printable(file.native()) + ":" + std::to_string(out.size() + 1) + ": " + in_quotes(line) +
                        " is not how many bytes a token stands for");
    out.push_back(static_cast<std::int32_t>(*bytes));
  }
  if (static_cast<std::int64_t>(out.size()) != vocabulary)
    throw ConfigError(printable(file.native()) + " has " + std::to_string(out.size()) +
                      " lines, one is needed for each of the " + std::to_string(vocabulary) + " tokens");
  return out;
}

}  // namespace madsearch
