#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "primitives/count.h"

namespace madsearch {

struct Field;
class Value;

/// What a command found, by name: one object of JSON, its fields in the order in which they were set.
class Record {
 public:
  Record() = default;
  Record(std::initializer_list<Field> fields);
  void set(const std::string& name, Value value);  // in the place of a field that is there already
  void remove(const std::string& name);            // nothing if it is not there
  /// Throws std::invalid_argument, naming it, for a field that is not there.
  const Value& at(std::string_view name) const;
  const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// One fact: unknown (null), a truth, a number, a text, a list or a record.
class Value {
 public:
  using List = std::vector<Value>;

  Value() = default;  // unknown
  Value(bool truth) : data_(truth) {}
  Value(double number) : data_(number) {}
  template <std::integral Number>
  Value(Number number) : data_(static_cast<std::int64_t>(number)) {}
  Value(Count number) : data_(std::int64_t{number}) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(Record record) : data_(std::move(record)) {}
  Value(List list) : data_(std::move(list)) {}
  template <class Fact>
  Value(const std::optional<Fact>& fact) {
    if (fact) *this = Value(*fact);
  }
  template <class Fact>
  Value(const std::vector<Fact>& facts) : data_(List(facts.begin(), facts.end())) {}
  /// JSON that was written earlier. Throws std::exception where it is needed and is none.
  static Value of_json(std::string json);

  bool unknown() const { return std::holds_alternative<std::monostate>(data_); }
  // Each throws std::bad_variant_access for a value of another kind.
  bool truth() const { return std::get<bool>(data_); }
  std::int64_t count() const { return std::get<std::int64_t>(data_); }
  double number() const { return std::get<double>(data_); }
  const std::string& text() const { return std::get<std::string>(data_); }
  const List& list() const { return std::get<List>(data_); }
  const Record& record() const { return std::get<Record>(data_); }

  /// Texts and counts as they are written, "" if unknown. Throws std::bad_variant_access for every other kind.
  std::string plain() const;
  /// A truth, number or text as a cell of CSV has it ("true", "0.125"), "" if unknown. Throws as plain for the rest.
  std::string written() const;
  /// On several lines, indented by two spaces, without a newline at the end. What is not finite is null, what
  /// is no UTF-8 is replaced.
  std::string json() const;
  std::string compact_json() const;  // the same on one line without spaces

 private:
  struct Json {
    std::string text;
  };
  friend struct ToJson;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Record, Json> data_;
};

struct Field {
  std::string name;
  Value value;
};

}  // namespace madsearch
