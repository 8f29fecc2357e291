#include "table.h"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace madsearch {
namespace {

std::size_t columns(const std::string& text) {  // characters of UTF-8, not bytes
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

Table::Table(std::vector<std::string> header) : header_(std::move(header)) {
  for (auto& name : header_) {
    left_.push_back(name.ends_with('<'));
    if (left_.back()) name.pop_back();
  }
}

void Table::add(std::vector<std::string> row) {
  if (row.size() != header_.size())
    throw std::invalid_argument("Table: " + std::to_string(row.size()) + " cells under " +
                                std::to_string(header_.size()) + " names");
  rows_.push_back(std::move(row));
}

std::string Table::text(const std::string& indent) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    widths.push_back(columns(header_[i]));
    for (const auto& row : rows_) widths.back() = std::max(widths.back(), columns(row[i]));
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& row) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns(row[i]), ' ');
      line += (i ? "  " : "") + (left_[i] ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line(header_);
  for (const auto& row : rows_) add_line(row);
  return out;
}

std::string Table::csv() const {
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i ? "," : "") + cell(row[i]);
    out += "\n";
  };
  add_line(header_);
  for (const auto& row : rows_) add_line(row);
  return out;
}

std::string shown(const char* format, double value) {
  char out[64];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

std::string grouped(std::int64_t value) {
  auto out = std::to_string(value);
  for (auto i = static_cast<std::ptrdiff_t>(out.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    out.insert(static_cast<std::size_t>(i), " ");
  return out;
}

}  // namespace madsearch
