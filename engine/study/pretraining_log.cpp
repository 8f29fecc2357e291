#include "engine/study/pretraining_log.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>

#include "configs/seed.h"
#include "configs/text.h"
#include "engine/dispatch/pretraining_design.h"
#include "engine/study/log_lines.h"
#include "results/fields.h"
#include "results/scoring.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

/// Of where and when it was computed a line keeps the device: that one rounds otherwise than another.
bool is_kept(const std::string& field) {
  return field != "started" && field != "seconds" && field != "slot" && field != "host" && field != "revision";
}

Json value_of(Outcome value) { return to_text(value); }
Json value_of(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
template <class T>
Json value_of(const T& value) {
  return value;
}

void read_value(const Json& json, Outcome& value) { value = outcome_from(json.get<std::string>()); }
template <class T>
void read_value(const Json& json, T& value) {
  value = json.get<T>();
}

Json written(const PretrainingRecord& record) {
  Json out;
  fields(record, [&](const std::string& field, const auto& value) {
    if (!is_kept(field)) return;
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (value) out[field] = value_of(*value);
    } else {
      out[field] = value_of(value);
    }
  });
  return out;
}

PretrainingRecord read_record(const Json& in) {
  PretrainingRecord out;
  fields(out, [&](const std::string& field, auto& value) {
    if (!is_kept(field)) return;
    const auto found = in.find(field);
    if constexpr (is_optional<std::remove_cvref_t<decltype(value)>>) {
      if (found != in.end() && !found->is_null()) read_value(*found, value.emplace());
    } else {
      read_value(found == in.end() ? in.at(field) : *found, value);
    }
  });
  return out;
}

}  // namespace

std::string pretraining_key(const PretrainRequest& request, const std::string& content) {
  // Must not change, or every stored pretraining is orphaned: what a request gains later is added where it differs from
  // what all had before.
  auto all = request.design + "\n" + setup_text(request) + "\n" + content + "\n" + std::to_string(request.vocabulary) +
             " " + request.separator;
  if (request.bytes_per_token > 0) all += " " + std::to_string(request.bytes_per_token);
  return hexadecimal(Seed{}.derive(all).value);
}

PretrainingLog::PretrainingLog(std::filesystem::path folder) : folder_(std::move(folder)) {
  each_log_line(folder_, "pretraining", [&](const std::string& line) {
    const auto json = Json::parse(line);
    auto key = json.at("key").get<std::string>();
    if (json.at("scoring").get<int>() != kScoring)
      ++scored_otherwise_;
    else
      records_.insert_or_assign(std::move(key), read_record(json));
  });
}

const PretrainingRecord* PretrainingLog::find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? nullptr : &found->second;
}

void PretrainingLog::add(const std::string& name, const std::string& key, std::int64_t seed_set,
                         const PretrainingRecord& record) {
  Json line = {{"key", key}, {"seed_set", seed_set}, {"scoring", kScoring}};
  line.update(written(record));
  append_log_line(folder_, name, line.dump(-1, ' ', false, Json::error_handler_t::replace));
  records_.insert_or_assign(key, record);
}

}  // namespace madsearch
