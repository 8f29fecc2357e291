#include "engine/dispatch/messages.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;  // "type" stays first
using Type = Message::Type;

constexpr std::array types = {"hello",   "train", "pretrain", "progress", "trained", "pretrained", "bench",
                              "benched", "ping",  "pong",     "error",    "examine", "examined"};

template <class R, class T>
concept Is = std::is_same_v<std::remove_const_t<R>, T>;

// The keys of each record, once for writing and for reading.
template <Is<Hello> R, class Visit>
void keys(R& r, Visit visit) {
  visit("protocol", r.protocol), visit("version", r.version), visit("device", r.device),
      visit("memory_bytes", r.memory_bytes);
  visit("free_bytes", r.free_bytes);
}

template <Is<GridPoint> R, class Visit>
void keys(R& r, Visit visit) {
  visit("learning_rate", r.learning_rate), visit("weight_decay", r.weight_decay);
}

template <Is<BatterySetting> R, class Visit>
void keys(R& r, Visit visit) {
  visit("task", r.setting.task), visit("values", r.setting.values), visit("axis", r.setting.axis),
      visit("steps", r.steps), visit("batch", r.batch);
  visit("train_examples", r.train_examples), visit("evaluation_examples", r.evaluation_examples);
}

template <Is<TrainRequest> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("design", r.design), visit("setting", r.setting), visit("grid", r.grid),
      visit("seed", r.seed), visit("width", r.width);
  visit("protocol", r.protocol), visit("norm", r.norm), visit("evaluate_every", r.evaluate_every),
      visit("seconds_limit", r.seconds_limit);
  visit("early_stop", r.early_stop), visit("distil", r.distil);
}

template <Is<PretrainRequest> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("design", r.design), visit("data", r.data), visit("vocabulary", r.vocabulary),
      visit("separator", r.separator);
  visit("bytes_per_token", r.bytes_per_token), visit("flops", r.flops), visit("parameters", r.parameters),
      visit("base_width", r.base_width);
  visit("repeat", r.repeat), visit("length", r.length), visit("batch", r.batch),
      visit("learning_rates", r.learning_rates), visit("seed", r.seed);
  visit("max_epochs", r.max_epochs), visit("checkpoint", r.checkpoint);
}

template <Is<Progress> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("step", r.step), visit("steps", r.steps), visit("loss", r.loss),
      visit("accuracy", r.accuracy);
}

template <Is<BenchRequest> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("designs", r.designs), visit("width", r.width), visit("length", r.length),
      visit("batch", r.batch), visit("steps", r.steps);
}

template <Is<BenchRow> R, class Visit>
void keys(R& r, Visit visit) {
  visit("design", r.design), visit("width", r.width), visit("length", r.length), visit("batch", r.batch),
      visit("milliseconds", r.milliseconds);
  visit("gflops", r.gflops), visit("share_of_peak", r.share_of_peak), visit("ratio_to_attention", r.ratio_to_attention);
  visit("peak_memory_mib", r.peak_memory_mib);
}

template <Is<BenchReply> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("peak_gflops", r.peak_gflops), visit("rows", r.rows);
}

template <Is<DistilledScore> R, class Visit>
void keys(R& r, Visit visit) {
  visit("state_exact", r.state_exact), visit("state", r.state), visit("validation_b", r.validation_b),
      visit("test", r.test);
}

template <Is<Look> R, class Visit>
void keys(R& r, Visit visit) {
  visit("step", r.step), visit("accuracy", r.accuracy), visit("loss", r.loss);
}

template <Is<Curve> R, class Visit>
void keys(R& r, Visit visit) {
  visit("point", r.point), visit("looks", r.looks);
}

template <Is<TrainReply> R, class Visit>
void keys(R& reply, Visit visit) {
  auto& r = reply.record;
  visit("id", r.id), visit("task", r.task), visit("setting", r.setting), visit("outcome", r.outcome),
      visit("validation_a", r.validation_a);
  visit("validation_b", r.validation_b), visit("test", r.test), visit("test_macro", r.test_macro),
      visit("test_loss", r.test_loss);
  visit("learning_rate", r.learning_rate), visit("weight_decay", r.weight_decay), visit("edge", r.edge),
      visit("trainings", r.trainings);
  visit("steps", r.steps), visit("core_seconds", r.core_seconds), visit("message", r.message),
      visit("distilled", reply.distilled);
  visit("curves", reply.curves);
}

template <Is<PretrainReply> R, class Visit>
void keys(R& reply, Visit visit) {
  auto& r = reply.record;
  visit("id", reply.id), visit("hash", r.hash), visit("text", r.text), visit("role", r.role),
      visit("outcome", r.outcome);
  visit("bits_per_byte", r.bits_per_byte), visit("bits_per_byte_recall", r.bits_per_byte_recall),
      visit("learning_rate", r.learning_rate);
  visit("flops", r.flops), visit("tuning_flops", r.tuning_flops), visit("epochs", r.epochs),
      visit("parameters", r.parameters);
  visit("tokens", r.tokens), visit("width", r.width), visit("length", r.length), visit("state", r.state),
      visit("core_seconds", r.core_seconds);
  visit("message", r.message);
}

template <Is<ExamineRequest> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("primitive", r.primitive), visit("width", r.width), visit("length", r.length),
      visit("batch", r.batch);
  visit("replicas", r.replicas), visit("repeats", r.repeats);
}

template <Is<ExamineReply> R, class Visit>
void keys(R& r, Visit visit) {
  visit("id", r.id), visit("output_error", r.output_error), visit("gradient_error", r.gradient_error),
      visit("gradient", r.gradient);
  visit("milliseconds", r.milliseconds), visit("unrecorded", r.unrecorded), visit("recorded_error", r.recorded_error);
  visit("recorded_milliseconds", r.recorded_milliseconds);
}

template <class T>
concept HasKeys = requires(T& record) {
  keys(record, [](const char*, auto&) {});
};

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
Json written(const TaskValues& values) {
  auto out = Json::object();
  for (const auto& [name, value] : values) out[name] = written(value);
  return out;
}
template <HasKeys T>
Json written(const T& record);
template <class T>
Json written(const std::vector<T>& values) {
  auto out = Json::array();
  for (const auto& value : values) out.push_back(written(value));
  return out;
}
template <HasKeys T>
Json written(const T& record) {
  auto out = Json::object();
  keys(record, [&](const char* name, const auto& value) { out[name] = written(value); });
  return out;
}

/// Throws that `where`, e.g. `"steps" of message "train"`, is not what it should be.
[[noreturn]] void unexpected(const std::string& where, const char* expected) {
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
void read(const Json& json, Protocol& value, const std::string& where) {
  if (json == "madsearch")
    value = Protocol::kMadsearch;
  else if (json == "mad-lab")
    value = Protocol::kMadLab;
  else
    unexpected(where, "\"madsearch\" or \"mad-lab\"");
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
template <HasKeys T>
void read(const Json& json, T& record, const std::string& where);
template <class T>
void read(const Json& json, std::vector<T>& values, const std::string& where) {
  if (!json.is_array()) unexpected(where, "a list");
  for (const auto& item : json) read(item, values.emplace_back(), "an item of " + where);
}
template <HasKeys T>
void read(const Json& json, T& record, const std::string& where) {
  if (!json.is_object()) unexpected(where, "an object");
  keys(record, [&](const char* name, auto& value) {  // keys that nobody asks for are a newer version's
    const auto found = json.find(name);
    if (found == json.end()) throw std::invalid_argument(where + " lacks \"" + name + "\"");
    read(*found, value, "\"" + std::string(name) + "\" of " + where);
  });
}

/// Calls `visit` with the member that a message of this type sets.
template <class M, class Visit>
void body(M& message, Visit visit) {
  switch (message.type) {
    case Type::kHello:
      return visit(message.hello);
    case Type::kTrain:
      return visit(message.train);
    case Type::kPretrain:
      return visit(message.pretrain);
    case Type::kProgress:
      return visit(message.progress);
    case Type::kTrained:
      return visit(message.trained);
    case Type::kPretrained:
      return visit(message.pretrained);
    case Type::kBench:
      return visit(message.bench);
    case Type::kBenched:
      return visit(message.benched);
    case Type::kPing:
    case Type::kPong:
    case Type::kError:
      return;
    case Type::kExamine:
      return visit(message.examine);
    case Type::kExamined:
      return visit(message.examined);
  }
}

}  // namespace

std::string to_line(const Message& message) {
  const std::string type = types.at(static_cast<std::size_t>(message.type));
  auto out = Json::object();
  out["type"] = type;
  if (message.type == Type::kError) out["error"] = message.error;
  body(message, [&](const auto& member) {
    if (!member) throw std::invalid_argument("message \"" + type + "\" has no content");
    out.update(written(*member));
  });
  return out.dump(-1, ' ', false,
                  Json::error_handler_t::replace);  // a broken letter in an error message must not end a worker
}

Message from_line(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json.is_object()) throw std::invalid_argument("not a message: " + line.substr(0, 80));
  std::string type;
  if (const auto found = json.find("type"); found != json.end())
    read(*found, type, "\"type\" of a message");
  else
    throw std::invalid_argument("a message lacks \"type\": " + line.substr(0, 80));
  const auto row = std::find(types.begin(), types.end(), type);
  if (row == types.end()) throw std::invalid_argument("no message type \"" + type + "\"");
  Message message;
  message.type = static_cast<Type>(row - types.begin());
  const auto where = "message \"" + type + "\"";
  if (message.type == Type::kError) {
    if (!json.contains("error")) throw std::invalid_argument(where + " lacks \"error\"");
    read(json["error"], message.error, "\"error\" of " + where);
  }
  if (message.type == Type::kHello && json.value("protocol", Json()).is_number_integer() &&
      json["protocol"] != kProtocolVersion) {
    message.hello.emplace().protocol =
        json["protocol"].get<int>();  // what else it says is for whoever speaks that version
    return message;
  }
  body(message, [&](auto& member) { read(json, member.emplace(), where); });
  return message;
}

}  // namespace madsearch
