#include "engine/study/study_log.h"

#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "configs/seed.h"
#include "configs/text.h"
#include "engine/dispatch/curves.h"
#include "engine/study/log_lines.h"
#include "results/fields.h"
#include "results/scoring.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

using Json = nlohmann::ordered_json;

/// Four digits tell designs apart and keep the files small.
Json rounded(double value) { return std::isfinite(value) ? Json(std::round(value * 1e4) / 1e4) : Json(nullptr); }
double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

/// The key of a record's field in a line; "" if it is not written: the key of the training says its id.
std::string key_of(const std::string& field) {
  if (field == "id" || field == "setting") return "";
  return field == "steps" ? "steps_done" : field;  // "steps" are those asked for
}

Json value_of(const std::string& field, double value) {
  const bool of_the_grid = field == "learning_rate" || field == "weight_decay";
  return of_the_grid ? Json(value) : rounded(value);
}
Json value_of(const std::string&, Outcome value) { return to_text(value); }
template <class T>
Json value_of(const std::string&, const T& value) {
  return value;
}

void read_value(const Json& json, double& value) { value = number(json); }
void read_value(const Json& json, Outcome& value) { value = outcome_from(json); }
template <class T>
void read_value(const Json& json, T& value) {
  value = json.get<T>();
}

Json written(const TrainRequest& request, const TrainReply& reply) {
  Json out = {{"key", request.id},
              {"design", request.design},
              {"task", reply.record.task},
              {"values", request.setting.setting.values.text()},
              {"width", request.width},
              {"batch", request.setting.batch},
              {"steps", request.setting.steps},
              {"seed", request.seed}};
  auto record = reply.record;
  record.provenance = {};  // which machine it was says nothing of a battery
  fields(record, [&](const std::string& field, const auto& value) {
    const auto key = key_of(field);
    if (key.empty()) return;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (value) out[key] = value_of(field, *value);
    } else {
      out[key] = value_of(field, value);
    }
  });
  if (!reply.curves.empty()) out["curves"] = Json::parse(curves_json(reply.curves));
  out["scoring"] = kScoring;
  return out;
}

TrainReply read(const Json& in) {
  TrainReply reply;
  fields(reply.record, [&](const std::string& field, auto& value) {
    const auto key = key_of(field);
    if (key.empty()) return;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (const auto found = in.find(key); found != in.end() && !found->is_null()) read_value(*found, value.emplace());
    } else {
      read_value(in.at(key), value);
    }
  });
  reply.record.id = in.at("key");
  if (!in.contains("curves")) return reply;
  for (const auto& one : in.at("curves")) {
    Curve curve{{one.at("learning_rate"), one.at("weight_decay")}, {}};
    for (const auto& look : one.at("looks"))
      curve.looks.push_back({look.at(0), number(look.at(1)), number(look.at(2))});
    reply.curves.push_back(std::move(curve));
  }
  return reply;
}

/// The text that study_key hashes. It must not change, not by a letter, but with kScoring: names, their order, how
/// numbers are written and the empty "id" and zero "seconds_limit" are those of the first stored trainings. Another
/// text would orphan every one of them (docs/reference, hours of computing). It is no message: a field that a request
/// gains later is added here only where it differs from what all older trainings had.
std::string key_text(const TrainRequest& request) {
  Json values = Json::object();
  for (const auto& [name, value] : request.setting.setting.values) values[name] = value;
  const Json setting = {{"task", request.setting.setting.task},
                        {"values", std::move(values)},
                        {"axis", request.setting.setting.axis},
                        {"steps", request.setting.steps},
                        {"batch", request.setting.batch},
                        {"train_examples", request.setting.train_examples},
                        {"evaluation_examples", request.setting.evaluation_examples}};
  Json grid = Json::array();
  for (const auto& point : request.grid)
    grid.push_back({{"learning_rate", point.learning_rate}, {"weight_decay", point.weight_decay}});
  const Json all = {{"type", "train"},          {"id", ""},
                    {"design", request.design}, {"setting", setting},
                    {"grid", std::move(grid)},  {"seed", request.seed},
                    {"width", request.width},   {"protocol", to_text(request.protocol)},
                    {"norm", request.norm},     {"evaluate_every", request.evaluate_every},
                    {"seconds_limit", 0.0},     {"early_stop", request.early_stop},
                    {"distil", request.distil}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The lines of the first version don't say it.
int scoring_of(const Json& line) { return line.is_object() ? line.value("scoring", 1) : 1; }

}  // namespace

std::string study_key(const TrainRequest& request) {
  auto all = key_text(request);
  if (request.early_stop) all += to_text(StopRule{});
  if (!request.extend) all += "this grid alone";
  if (request.setting.measure != Measure::kBest) all += to_text(request.setting.measure);
  return hexadecimal(Seed{}.derive(all).value);
}

StudyLog::StudyLog(fs::path folder) : folder_(std::move(folder)) {
  each_log_line(folder_, "training of a study", [&](const std::string& line) { add_line(line); });
}

void StudyLog::add_line(const std::string& line) {
  const auto json = Json::parse(line);
  if (scoring_of(json) != kScoring) {
    json.at("key").get_ref<const std::string&>();  // throws for what is no training
    ++scored_otherwise_;
    return;
  }
  auto reply = read(json);
  auto key = reply.record.id;
  replies_.insert_or_assign(std::move(key), std::move(reply));
}

const TrainReply* StudyLog::find(const std::string& key) const {
  const auto found = replies_.find(key);
  return found == replies_.end() ? nullptr : &found->second;
}

void StudyLog::add(const std::string& name, const TrainRequest& request, const TrainReply& reply) {
  const auto line = written(request, reply);
  append_log_line(folder_, name, line.dump(-1, ' ', false, Json::error_handler_t::replace));
  replies_.insert_or_assign(request.id, read(line));  // as the next reader will see it
}

}  // namespace madsearch
