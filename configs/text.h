#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madsearch {

/// 16 hexadecimal digits, as hashes are written.
std::string hexadecimal(std::uint64_t value);

/// `value` as printf writes it by `format`, which takes one double: shown("%.2f", 1) is "1.00".
std::string shown(const char* format, double value);

/// A time as people say it: "90 s", "22 min", "2.5 h".
std::string duration(double seconds);

/// Whether a byte of UTF-8 begins a letter, and how many letters a text has.
bool begins_letter(char byte);
std::size_t letters(std::string_view text);

/// "a, b, c"
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

/// "\n  did you mean \"population\"?" for the candidate nearest to `word`, or "" if none is near (edit distance above a
/// third of its length) or it is longer than any name.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// What stands under an error for a word that is none of `known`: the line "\n  expected one of: a, b, c" and, where
/// one of them is near, the line of did_you_mean.
std::string expected_one_of(const std::vector<std::string>& known, std::string_view word);

/// A text from elsewhere (a worker's sentence, a file's name) made fit for a terminal, a line of a log, JSON and the
/// store: valid UTF-8 of `most` bytes or fewer, with "..." at the end of what was cut. Line breaks and tabs become
/// spaces; bytes of control characters, of characters that turn the direction of writing, and of what is no UTF-8 are
/// written as \x1b.
std::string printable(std::string_view text, std::size_t most = 2000);

/// A word of the user's in a sentence: in quotation marks, printable, at most 100 bytes of it.
std::string in_quotes(std::string_view word);

/// The integer that `text` is, if it is written as this program writes one: decimal digits, a minus before those of a
/// negative number, no leading zeros (which are octal to some readers and decimal to others). Nothing otherwise, and
/// beyond 64 bits.
std::optional<std::int64_t> integer_of(std::string_view text);
/// The number that `text` is, in decimal notation, with an exponent or not. Nothing for anything else, for what no
/// double holds, for infinities and NaN.
std::optional<double> number_of(std::string_view text);

}  // namespace madsearch
