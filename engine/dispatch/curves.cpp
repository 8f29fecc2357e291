#include "engine/dispatch/curves.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

Json rounded(double value) { return std::isfinite(value) ? Json(std::round(value * 1e4) / 1e4) : Json(nullptr); }

double number(const Json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

}  // namespace

std::string curves_json(const std::vector<Curve>& curves) {
  auto out = Json::array();
  for (const auto& curve : curves) {
    auto looks = Json::array();
    for (const auto& look : curve.looks) looks.push_back({look.step, rounded(look.accuracy), rounded(look.loss)});
    out.push_back({{"learning_rate", curve.point.learning_rate},
                   {"weight_decay", curve.point.weight_decay},
                   {"looks", std::move(looks)}});
  }
  return out.dump();
}

std::vector<Curve> curves_of(const std::string& json) {
  try {
    std::vector<Curve> out;
    for (const auto& entry : Json::parse(json)) {
      auto& curve = out.emplace_back();
      curve.point = {entry.at("learning_rate").get<double>(), entry.at("weight_decay").get<double>()};
      for (const auto& look : entry.at("looks"))
        curve.looks.push_back({look.at(0).get<std::int64_t>(), number(look.at(1)), number(look.at(2))});
    }
    return out;
  } catch (const Json::exception& error) {
    throw std::invalid_argument(std::string("no curves: ") + error.what());
  }
}

}  // namespace madsearch
