#pragma once
#include <concepts>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "layout.h"
#include "record.h"

namespace madsearch {

/// How a fact is written in a cell, for people and in CSV, where programs read numbers. It is not asked about unknown
/// facts.
class Show {
 public:
  using Written = std::function<std::string(const Value&)>;
  template <std::invocable<const Value&> Alike>
  Show(Alike alike) : text(alike), csv(alike) {}
  Show(Written text, Written csv) : text(std::move(text)), csv(std::move(csv)) {}
  std::string operator()(const Value& value) const { return text(value); }

  Written text, csv;
};

Show number(const char* format);               // of a double, as printf writes it
Show percent(const char* format = "%.0f %%");  // of a double: 0.5 is "50 %", and 0.5 in CSV
Show in_groups();                              // of a count: "12 345", and 12345 in CSV

/// What of a record stands in one column.
struct Column {
  /// A heading that ends with '<' is of a column of words, aligned to the left; numbers stand to the right.
  std::string heading;
  std::function<std::string(const Record&)> text, csv;

  Column(std::string heading, std::string field);  // a text or count as it is written
  // An unknown fact is "-" for people, and empty in CSV.
  Column(std::string heading, std::string field, Show show);
  Column(std::string heading, std::function<Value(const Record&)> fact, Show show);
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
  std::vector<Row> csv_rows_;
  Row headings() const;
};

}  // namespace madsearch
