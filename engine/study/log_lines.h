#pragma once
#include <filesystem>
#include <functional>
#include <string>

namespace madsearch {

// Text files that git can hold: NAME.jsonl, an object a line, appended as it is answered.

/// Calls `read` with each line of every *.jsonl of `folder`, which may be missing. A last line without an end, which a
/// kill cut short, is skipped. Throws ConfigError with file and line, and `what` the line is not, where `read` throws.
void each_log_line(const std::filesystem::path& folder, const std::string& what,
                   const std::function<void(const std::string&)>& read);

/// Appends a line to `name`.jsonl, behind the last whole one, on disk when it returns. Several processes may do so at
/// once. Throws ConfigError if that cannot be written.
void append_log_line(const std::filesystem::path& folder, const std::string& name, const std::string& line);

}  // namespace madsearch
