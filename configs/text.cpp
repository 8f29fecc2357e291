#include "configs/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace madsearch {
namespace {

struct Letter {
  std::size_t bytes;  // that it takes; 1 where there is none
  char32_t code;      // kNone where the byte begins no UTF-8
};

constexpr char32_t kNone = 0xFFFFFFFF;

/// The length of the letter that begins with `byte`, and the least code that needs so many bytes.
Letter announced(unsigned char byte) {
  if (byte < 0x80) return {1, 0};
  if (byte >= 0xC2 && byte < 0xE0) return {2, 0x80};
  if (byte >= 0xE0 && byte < 0xF0) return {3, 0x800};
  if (byte >= 0xF0 && byte < 0xF5) return {4, 0x10000};
  return {1, kNone};
}

/// Precondition: a text that is not empty.
Letter first_letter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto [bytes, least] = announced(byte(0));
  if (least == kNone || bytes > text.size()) return {1, kNone};
  char32_t code = bytes == 1 ? byte(0) : byte(0) & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0u) != 0x80) return {1, kNone};
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (code < least || surrogate || code > 0x10FFFF) return {1, kNone};
  return {bytes, code};
}

/// Does a terminal or a reader take it for something else than a letter?
bool controls(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool line_end = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
                         (code >= 0x2066 && code <= 0x2069);
  return code == kNone || control || line_end || direction;
}

constexpr std::size_t kLongestName = 64;  // names are shorter; the distance of two texts takes their product of steps

/// Optimal string alignment: a swap of neighbours is one edit.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

std::string written_as_bytes(std::string_view text) {
  std::string out;
  for (const char c : text) {
    char byte[5];
    std::snprintf(byte, sizeof byte, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += byte;
  }
  return out;
}

}  // namespace

std::string hexadecimal(std::uint64_t value) {
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(value));
  return out;
}

std::string shown(const char* format, double value) {
  char out[64];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

std::string duration(double seconds) {
  if (seconds < 120) return shown("%.0f s", seconds);
  if (seconds < 7200) return shown("%.0f min", seconds / 60);
  return shown("%.1f h", seconds / 3600);
}

bool begins_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0u) != 0x80; }

std::size_t letters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_letter));
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += separator;
    out += word;
  }
  return out;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestName) return "";
  const std::string* best = nullptr;
  std::size_t nearest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const auto distance = edit_distance(word, candidate);
    if (distance >= nearest) continue;
    nearest = distance;
    best = &candidate;
  }
  return best ? "\n  did you mean \"" + *best + "\"?" : "";
}

std::string expected_one_of(const std::vector<std::string>& known, std::string_view word) {
  return "\n  expected one of: " + joined(known) + did_you_mean(word, known);
}

std::string printable(std::string_view text, std::size_t most) {
  constexpr std::string_view ellipsis = "...";
  std::string out;
  std::size_t kept = 0;  // of `out`, where an ellipsis has to follow
  while (!text.empty()) {
    const auto [bytes, code] = first_letter(text);
    const auto letter = text.substr(0, bytes);
    const bool space = code == '\n' || code == '\r' || code == '\t';
    out += space ? " " : controls(code) ? written_as_bytes(letter) : std::string(letter);
    if (out.size() > most) return out.substr(0, kept) + std::string(ellipsis.substr(0, most));
    if (out.size() + ellipsis.size() <= most) kept = out.size();
    text.remove_prefix(bytes);
  }
  return out;
}

std::string in_quotes(std::string_view word) { return "\"" + printable(word, 100) + "\""; }

std::optional<std::int64_t> integer_of(std::string_view text) {
  std::int64_t out = 0;
  const auto* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, out); read.ec != std::errc() || read.ptr != end) return {};
  if (std::to_string(out) != text) return {};
  return out;
}

std::optional<double> number_of(std::string_view text) {
  double out = 0;
  const auto* end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, out); read.ec != std::errc() || read.ptr != end) return {};
  if (!std::isfinite(out)) return {};
  return out;
}

}  // namespace madsearch
