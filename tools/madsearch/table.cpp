#include "table.h"

#include <algorithm>

#include "numbers.h"

namespace madsearch {
namespace {

std::size_t characters(const std::string& text) {  // of UTF-8, not bytes
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

Show number(const char* format) {
  return [format](const Value& value) { return shown(format, value.number()); };
}

Show percent(const char* format) {
  return [format](const Value& value) { return shown(format, 100 * value.number()); };
}

Show in_groups() {
  return [](const Value& value) { return grouped(value.count()); };
}

Column::Column(std::string heading, std::string field)
    : Column(std::move(heading), std::move(field), [](const Value& value) { return value.plain(); }) {}

Column::Column(std::string heading, std::string field, Show show)
    : heading(std::move(heading)), cell([field = std::move(field), show = std::move(show)](const Record& row) {
        const auto& value = row.at(field);
        return value.unknown() ? "" : show(value);
      }) {}

Column::Column(std::string heading, std::function<std::string(const Record&)> cell)
    : heading(std::move(heading)), cell(std::move(cell)) {}

std::function<std::string(const Record&)> range(const char* format, std::string low, std::string high) {
  return [=](const Record& row) {
    if (row.at(low).unknown()) return std::string();
    return shown(format, row.at(low).number()) + ".." + shown(format, row.at(high).number());
  };
}

Table::Table(std::vector<Column> columns, const std::vector<Record>& rows) : columns_(std::move(columns)) {
  for (auto& column : columns_) {
    left_.push_back(column.heading.ends_with('<'));
    if (left_.back()) column.heading.pop_back();
  }
  for (const auto& row : rows) add(row);
}

void Table::add(const Record& record) {
  auto& row = rows_.emplace_back();
  for (const auto& column : columns_) row.push_back(column.cell(record));
}

Table::Row Table::headings() const {
  Row out;
  for (const auto& column : columns_) out.push_back(column.heading);
  return out;
}

std::string Table::text(const std::string& indent) const {
  const auto header = headings();
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < header.size(); ++i) {
    widths.push_back(characters(header[i]));
    for (const auto& row : rows_) widths.back() = std::max(widths.back(), characters(row[i]));
  }
  std::string out;
  const auto add_line = [&](const Row& row) {
    std::string line = indent;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - characters(row[i]), ' ');
      line += (i ? "  " : "") + (left_[i] ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line(header);
  for (const auto& row : rows_) add_line(row);
  return out;
}

std::string Table::csv() const {
  std::string out;
  const auto add_line = [&](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i ? "," : "") + csv_cell(row[i]);
    out += "\n";
  };
  add_line(headings());
  for (const auto& row : rows_) add_line(row);
  return out;
}

}  // namespace madsearch
