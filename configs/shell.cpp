#include "configs/shell.h"

namespace madsearch {
namespace {

constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+=:@-";

}  // namespace

std::string shell_word(const std::string& text) {
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char letter : text) {
    if (letter == '\'')
      out += "'\\''";  // ends the word, a mark by itself, and goes on
    else
      out += letter;
  }
  return out + "'";
}

}  // namespace madsearch
