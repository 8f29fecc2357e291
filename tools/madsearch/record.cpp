#include "record.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace madsearch {

Record::Record(std::initializer_list<Field> fields) : fields_(fields) {}

void Record::set(const std::string& name, Value value) {
  const auto same = [&](const Field& field) { return field.name == name; };
  if (const auto found = std::find_if(fields_.begin(), fields_.end(), same); found != fields_.end())
    found->value = std::move(value);
  else
    fields_.push_back({name, std::move(value)});
}

void Record::remove(const std::string& name) {
  std::erase_if(fields_, [&](const Field& field) { return field.name == name; });
}

const Value& Record::at(std::string_view name) const {
  for (const auto& field : fields_)
    if (field.name == name) return field.value;
  throw std::invalid_argument("Record: no field \"" + std::string(name) + "\"");
}

Value Value::of_json(std::string json) {
  Value out;
  out.data_ = Json{std::move(json)};
  return out;
}

std::string Value::plain() const {
  if (unknown()) return "";
  if (const auto* number = std::get_if<std::int64_t>(&data_)) return std::to_string(*number);
  return text();
}

std::string Value::written() const {
  if (const auto* truth = std::get_if<bool>(&data_)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<double>(&data_)) return nlohmann::json(*number).dump();
  return plain();
}

/// The value as the library writes it.
struct ToJson {
  using Json = nlohmann::ordered_json;
  static constexpr int kDeepest = 64;  // of what was written earlier; the library recurses where it writes

  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool truth) const { return truth; }
  Json operator()(std::int64_t number) const { return number; }
  Json operator()(double number) const { return number; }
  Json operator()(const std::string& text) const { return text; }
  Json operator()(const Value::Json& json) const {
    return Json::parse(json.text, [](int depth, Json::parse_event_t, const Json&) {
      if (depth > kDeepest) throw std::invalid_argument("stored JSON is nested too deeply");
      return true;
    });
  }
  Json operator()(const Value::List& list) const {
    auto out = Json::array();
    for (const auto& value : list) out.push_back(of(value));
    return out;
  }
  Json operator()(const Record& record) const {
    auto out = Json::object();
    for (const auto& field : record.fields()) out[field.name] = of(field.value);
    return out;
  }
  static Json of(const Value& value) { return std::visit(ToJson{}, value.data_); }
};

std::string Value::json() const {
  return ToJson::of(*this).dump(2, ' ', false, ToJson::Json::error_handler_t::replace);
}

std::string Value::compact_json() const {
  return ToJson::of(*this).dump(-1, ' ', false, ToJson::Json::error_handler_t::replace);
}

}  // namespace madsearch
