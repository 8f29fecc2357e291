#include "engine/dispatch/messages.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

#include "engine/dispatch/message_fields.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;  // "type" and "id" stay first

template <class T>
concept HasFields = requires(T& record) {
  fields(record, [](const char*, auto&) {});
};

// Values to JSON.

Json written(const std::string& value) { return value; }
Json written(std::int64_t value) { return value; }
Json written(int value) { return value; }
Json written(std::uint64_t value) { return value; }
Json written(bool value) { return value; }
Json written(double value) {  // JSON has no numbers for these
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return value;
}
Json written(Protocol value) { return to_text(value); }
Json written(Outcome value) { return to_text(value); }
Json written(Measure value) { return to_text(value); }
Json written(const TaskValues& values) {
  auto out = Json::object();
  for (const auto& [name, value] : values) out[name] = written(value);
  return out;
}
template <HasFields T>
Json written(const T& record);
template <class T>
Json written(const std::vector<T>& values) {
  auto out = Json::array();
  for (const auto& value : values) out.push_back(written(value));
  return out;
}
template <HasFields T>
Json written(const T& record) {
  auto out = Json::object();
  fields(record, [&](const char* name, const auto& value) {
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (value) out[name] = written(*value);
    } else {
      out[name] = written(value);
    }
  });
  return out;
}

// JSON to values.

/// Throws that `where`, e.g. `"steps" of message "train"`, is not what it should be.
[[noreturn]] void unexpected(const std::string& where, const std::string& expected) {
  throw std::invalid_argument(where + " is not " + expected);
}

void read(const Json& json, std::string& value, const std::string& where) {
  if (!json.is_string()) unexpected(where, "a text");
  value = json.get<std::string>();
}
void read(const Json& json, std::int64_t& value, const std::string& where) {
  if (!json.is_number_integer()) unexpected(where, "an integer");
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    unexpected(where, "a 64-bit integer");
  value = json.get<std::int64_t>();
}
void read(const Json& json, int& value, const std::string& where) {
  std::int64_t wide = 0;
  read(json, wide, where);
  if (wide != static_cast<int>(wide)) unexpected(where, "a 32-bit integer");
  value = static_cast<int>(wide);
}
void read(const Json& json, std::uint64_t& value, const std::string& where) {
  if (!json.is_number_unsigned()) unexpected(where, "an integer of 0 or more");
  value = json.get<std::uint64_t>();
}
void read(const Json& json, bool& value, const std::string& where) {
  if (!json.is_boolean()) unexpected(where, "true or false");
  value = json.get<bool>();
}
void read(const Json& json, double& value, const std::string& where) {
  if (json == "nan")
    value = std::numeric_limits<double>::quiet_NaN();
  else if (json == "inf")
    value = std::numeric_limits<double>::infinity();
  else if (json == "-inf")
    value = -std::numeric_limits<double>::infinity();
  else if (json.is_number())
    value = json.get<double>();
  else
    unexpected(where, "a number");
}
/// One of two words.
template <class Word>
void read_word(const Json& json, Word& value, const std::string& where, Word first, Word second) {
  if (json == to_text(first))
    value = first;
  else if (json == to_text(second))
    value = second;
  else
    unexpected(where, '"' + to_text(first) + "\" or \"" + to_text(second) + '"');
}
void read(const Json& json, Protocol& value, const std::string& where) {
  read_word(json, value, where, Protocol::kMadsearch, Protocol::kMadLab);
}
void read(const Json& json, Measure& value, const std::string& where) {
  read_word(json, value, where, Measure::kBest, Measure::kProgress);
}
void read(const Json& json, Outcome& value, const std::string& where) {
  std::string name;
  read(json, name, where);
  try {
    value = outcome_from(name);
  } catch (const std::invalid_argument&) {
    unexpected(where, "an outcome");
  }
}
void read(const Json& json, TaskValues& values, const std::string& where) {
  if (!json.is_object()) unexpected(where, "an object");
  for (const auto& [name, value] : json.items()) {
    double number = 0;
    read(value, number, "\"" + name + "\" in " + where);
    values.set(name, number);
  }
}
template <HasFields T>
void read(const Json& json, T& record, const std::string& where);
template <class T>
void read(const Json& json, std::vector<T>& values, const std::string& where) {
  if (!json.is_array()) unexpected(where, "a list");
  for (const auto& item : json) read(item, values.emplace_back(), "an item of " + where);
}
template <HasFields T>
void read(const Json& json, T& record, const std::string& where) {
  if (!json.is_object()) unexpected(where, "an object");
  fields(record, [&](const char* name, auto& value) {  // keys that nobody asks for are a newer version's
    const auto found = json.find(name);
    const auto what = "\"" + std::string(name) + "\" of " + where;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (found != json.end()) read(*found, value.emplace(), what);
    } else {
      if (found == json.end()) throw std::invalid_argument(where + " lacks \"" + name + "\"");
      read(*found, value, what);
    }
  });
}

/// Calls `visit` with the struct that the message is.
template <class Variant, class Visit>
void body(const Variant& message, const Visit& visit) {
  std::visit(
      [&](const auto& kind) {
        if constexpr (is_variant<std::remove_cvref_t<decltype(kind)>>)
          body(kind, visit);
        else
          visit(kind);
      },
      message);
}

template <class... Kinds>
bool read_kind(const Json& json, const std::string& type, std::variant<Kinds...>& out);

/// Reads a `Kind` into `out` if that is what `type` names; false if not.
template <class Kind, class Variant>
bool read_if(const Json& json, const std::string& type, Variant& out) {
  if constexpr (is_variant<Kind>) {
    Kind inner;
    if (!read_kind(json, type, inner)) return false;
    out = std::move(inner);
  } else {
    if (type != Kind::kType) return false;
    read(json, out.template emplace<Kind>(), "message \"" + type + "\"");
  }
  return true;
}

template <class... Kinds>
bool read_kind(const Json& json, const std::string& type, std::variant<Kinds...>& out) {
  return (read_if<Kinds>(json, type, out) || ...);
}

template <class Kind>
std::string own_id(const Kind& reply) {
  return reply.id;
}
std::string own_id(const TrainReply& reply) { return reply.record.id; }
std::string own_id(const ErrorReply& reply) { return reply.id.value_or(""); }

/// A Hello of another version, of which nothing else can be read; nothing for any other line. One without a version is
/// of an older one: 0.
std::optional<Hello> other_hello(const Json& json, const std::string& type) {
  if (type != Hello::kType) return {};
  const auto version = json.value("messages", Json());
  if (version == kMessagesVersion) return {};
  Hello out;
  out.messages = version.is_number_integer() ? version.get<int>() : 0;  // before the first number there was another key
  return out;
}

}  // namespace

std::string id_of(const Request& request) {
  return std::visit([](const auto& kind) { return kind.id; }, request);
}

std::string id_of(const Reply& reply) {
  return std::visit([](const auto& kind) { return own_id(kind); }, reply);
}

std::string to_line(const Message& message, std::int64_t attempt) {
  auto out = Json::object();
  body(message, [&](const auto& kind) {
    out["type"] = kind.kType;
    if (attempt != 0) out["attempt"] = attempt;
    out.update(written(kind));
  });
  // A broken letter in an error's sentence must not end a worker.
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

MessageLine from_line(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) throw std::invalid_argument("not a message: " + line.substr(0, 80));
  const auto found = json.find("type");
  if (found == json.end()) throw std::invalid_argument("a message lacks \"type\": " + line.substr(0, 80));
  std::string type;
  read(*found, type, "\"type\" of a message");
  if (const auto hello = other_hello(json, type)) return {*hello};
  MessageLine out;
  if (const auto attempt = json.find("attempt"); attempt != json.end())
    read(*attempt, out.attempt, "\"attempt\" of message \"" + type + "\"");
  if (!read_kind(json, type, out.message)) throw std::invalid_argument("no message type \"" + type + "\"");
  return out;
}

MessageLine error_at(const std::string& line, const std::string& error) {
  MessageLine out;
  ErrorReply reply{{}, error};
  const auto json = Json::parse(line, nullptr, false);
  if (json.is_object()) {
    if (const auto id = json.find("id"); id != json.end() && id->is_string()) reply.id = id->get<std::string>();
    const auto attempt = json.find("attempt");
    if (attempt != json.end() && attempt->is_number_integer()) out.attempt = attempt->get<std::int64_t>();
  }
  out.message = Reply(std::move(reply));
  return out;
}

}  // namespace madsearch
