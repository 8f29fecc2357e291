#include "engine/study/log_lines.h"

#include <cstdint>
#include <fstream>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

/// What a kill cut short would make the next line unreadable.
void drop_cut_line(const fs::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return;
  const std::int64_t size = in.tellg();
  auto end = size;
  for (char last = 0; end > 0; --end) {
    in.seekg(end - 1);
    in.get(last);
    if (last == '\n') break;
  }
  in.close();
  if (end < size) fs::resize_file(path, static_cast<std::uintmax_t>(end));
}

}  // namespace

void each_log_line(const fs::path& folder, const std::string& what,
                   const std::function<void(const std::string&)>& read) {
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(folder, missing)) {
    if (entry.path().extension() != ".jsonl") continue;
    std::ifstream in(entry.path());
    std::int64_t number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (in.eof()) break;  // no end of line: a kill cut it short
      try {
        read(line);
      } catch (const std::exception& error) {
        throw ConfigError(printable(entry.path().native()) + ":" + std::to_string(number) + ": no " + what + ": " +
                          printable(error.what(), 200));
      }
    }
  }
}

void append_log_line(const fs::path& folder, const std::string& name, const std::string& line) {
  fs::create_directories(folder);
  const auto path = folder / (name + ".jsonl");
  drop_cut_line(path);
  std::ofstream out(path, std::ios::app);
  out << line << "\n" << std::flush;
  if (!out) throw ConfigError("cannot write " + path.string());
}

}  // namespace madsearch
