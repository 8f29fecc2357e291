#include "engine/dispatch/curves.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

Json rounded(double value) { return std::isfinite(value) ? Json(std::round(value * 1e4) / 1e4) : Json(nullptr); }

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

}  // namespace madsearch
