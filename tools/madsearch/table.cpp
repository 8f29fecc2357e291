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
  return {[format](const Value& value) { return shown(format, 100 * value.number()); },
          [](const Value& value) { return shown("%.6g", value.number()); }};
}

Show in_groups() {
  return {[](const Value& value) { return grouped(value.count()); },
          [](const Value& value) { return std::to_string(value.count()); }};
}

Column::Column(std::string heading, std::string field)
    : Column(std::move(heading), [field = std::move(field)](const Record& row) { return row.at(field).plain(); }) {}

Column::Column(std::string heading, std::string field, Show show)
    : Column(
          std::move(heading), [field = std::move(field)](const Record& row) { return row.at(field); },
          std::move(show)) {}

Column::Column(std::string heading, std::function<Value(const Record&)> fact, Show show)
    : heading(std::move(heading)),
      text([fact, show = show.text](const Record& row) {
        const auto value = fact(row);
        return value.unknown() ? "-" : show(value);
      }),
      csv([fact, show = show.csv](const Record& row) {
        const auto value = fact(row);
        return value.unknown() ? "" : show(value);
      }) {}

Column::Column(std::string heading, std::function<std::string(const Record&)> cell)
    : heading(std::move(heading)), text(cell), csv(std::move(cell)) {}

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
  auto& csv_row = csv_rows_.emplace_back();
  constexpr auto whole = std::numeric_limits<std::size_t>::max();
  for (const auto& column : columns_) {  // texts of workers and stores keep within their cells
    row.push_back(printable(column.text(record), whole));
    csv_row.push_back(printable(column.csv(record), whole));
  }
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
  for (const auto& row : csv_rows_) add_line(row);
  return out;
}

}  // namespace madsearch
