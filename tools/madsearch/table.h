#pragma once
#include <functional>
#include <string>
#include <vector>

#include "layout.h"
#include "record.h"

namespace madsearch {

/// How a fact is written in a cell. It is not asked about unknown ones: their cells are empty.
using Show = std::function<std::string(const Value&)>;

Show number(const char* format);               // of a double, as printf writes it
Show percent(const char* format = "%.0f %%");  // of a double: 0.5 is "50 %"
Show in_groups();                              // of a count: "12 345"

/// What of a record stands in one column.
struct Column {
  /// A heading that ends with '<' is of a column of words, aligned to the left; numbers stand to the right.
  std::string heading;
  std::function<std::string(const Record&)> cell;

  Column(std::string heading, std::string field);  // a text or count as it is written
  Column(std::string heading, std::string field, Show show);
  Column(std::string heading, std::function<std::string(const Record&)> cell);  // of several fields
};

/// "0.12..0.34" of two fields, or nothing where they are unknown.
std::function<std::string(const Record&)> range(const char* format, std::string low, std::string high);

/// A record a row, for people (aligned) or as CSV (RFC 4180).
class Table {
 public:
  explicit Table(std::vector<Column> columns, const std::vector<Record>& rows = {});
  void add(const Record& row);
  /// With a newline at the end of each line. On a terminal lines are no longer than it is wide.
  std::string text(const std::string& indent = "  ") const;
  std::string csv() const;

 private:
  std::vector<Column> columns_;
  std::vector<bool> left_;  // of each column: words
  std::vector<Row> rows_;
  Row headings() const;
};

}  // namespace madsearch
