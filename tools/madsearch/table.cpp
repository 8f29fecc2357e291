#include "table.h"

#include <limits>

#include "configs/text.h"
#include "engine/run/terminal.h"
#include "numbers.h"

namespace madsearch {
namespace {

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
  for (const auto& column : columns_)  // texts of workers and stores keep within their cells
    row.push_back(printable(column.cell(record), std::numeric_limits<std::size_t>::max()));
}

Row Table::headings() const {
  Row out;
  for (const auto& column : columns_) out.push_back(column.heading);
  return out;
}

std::string Table::text(const std::string& indent) const {
  std::vector<Row> lines = {headings()};
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  return laid_out(lines, left_, indent, columns_of_stdout());
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
