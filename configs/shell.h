#pragma once
#include <string>

namespace madsearch {

/// `text` as one word of a command line: as it is where a shell reads it so, else in single quotation marks.
std::string shell_word(const std::string& text);

}  // namespace madsearch
