#pragma once
#include <optional>
#include <string>
#include <vector>

namespace madsearch {

using Row = std::vector<std::string>;

/// Rows of cells, one below the other, each line beginning with `indent`; `left` says which columns are of words and
/// stand to the left, numbers stand to the right. Where the rows are wider than `columns` letters, the columns that
/// don't fit go on in a line below, further in, and long texts are broken between words.
std::string laid_out(const std::vector<Row>& rows, const std::vector<bool>& left, const std::string& indent,
                     std::optional<int> columns);

/// A text whose lines are broken between words where they are longer than `columns` letters. What is broken off begins
/// as far in as its line, or after `further_in` letters if that line begins with a space.
std::string broken_at(int columns, const std::string& text, std::size_t further_in = 0);

}  // namespace madsearch
