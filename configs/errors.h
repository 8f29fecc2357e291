#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace madsearch {

/// The user's mistake: printed alone, exit code 2. what() is the whole message, possibly several lines, without a
/// trailing newline.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// An error at `position` of `text` as a compiler shows it: "NAME:LINE:COLUMN: MESSAGE", the line, and carets under
/// `length` characters. A position beyond the end is the end. Columns count bytes. Of a long line what is near is
/// shown; name and line are printable (configs/text.h), the message must be.
std::string point_at(std::string_view name, std::string_view text, std::size_t position, std::size_t length,
                     std::string_view message);

}  // namespace madsearch
