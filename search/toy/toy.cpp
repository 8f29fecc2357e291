#include "search/toy/toy.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "configs/errors.h"

namespace madsearch {

Toy Toy::read(const std::filesystem::path& problem, const std::filesystem::path& known) {
  Toy toy;
  std::ifstream in(problem);
  int layers = 0;
  int primitives = 0;
  in >> layers >> primitives;
  for (auto& objective : toy.u_)
    for (auto& layer : objective)
      for (auto& value : layer) in >> value;
  for (auto& objective : toy.w_)
    for (auto& pair : objective)
      for (auto& row : pair)
        for (auto& value : row) in >> value;
  if (!in || layers != kLayers || primitives != kPrimitives)
    throw ConfigError(problem.string() + ": not a problem of 8 layers and 10 primitives (see search/toy/toy.h)");
  std::ifstream json(known);
  const auto front = nlohmann::json::parse(json, nullptr, false);
  if (front.is_discarded() || !front.contains("ref") || !front.contains("hv") || !front.contains("front"))
    throw ConfigError(known.string() + ": no JSON with ref, hv and front");
  toy.reference_ = front.at("ref").get<Objectives>();
  toy.hypervolume_ = front.at("hv").get<double>();
  toy.least_state_ = toy.reference_.at(1);
  for (const auto& row : front.at("front")) {
    toy.front_.emplace_back(Objectives{row.at(0).get<double>(), row.at(1).get<double>()}, row.at(2).get<std::string>());
    toy.least_state_ = std::min(toy.least_state_, toy.front_.back().first[1]);
  }
  return toy;
}

std::optional<std::string> Toy::random(Rng& rng) const {
  std::string out(kLayers, '0');
  for (auto& digit : out) digit = static_cast<char>('0' + below(rng, kPrimitives));
  return out;
}

Child Toy::mutate(const std::string& parent, int operators, Rng& rng) const {
  Child out{parent, {}};
  for (int i = 0; i < operators; ++i) {
    out.text[below(rng, kLayers)] = static_cast<char>('0' + below(rng, kPrimitives));
    out.operators.emplace_back("reset");
  }
  return out;
}

Child Toy::cross(const std::string& a, const std::string& b, Rng& rng) const {
  Child out{a, {"crossover"}};
  for (int i = 0; i < kLayers; ++i)
    if (chance(rng, 0.5)) out.text[i] = b[i];
  return out;
}

int Toy::bin(const std::string& text) const {
  return static_cast<int>(std::floor(10 * (evaluate(text)[1] - least_state_) / (reference_[1] - least_state_)));
}

Objectives Toy::evaluate(const std::string& text) const {
  if (text.size() != kLayers || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    throw std::invalid_argument("Toy::evaluate: \"" + text + "\" is not 8 digits");
  std::array<int, kLayers> x{};
  for (int i = 0; i < kLayers; ++i) x[i] = text[i] - '0';
  Objectives out(2);
  for (int k = 0; k < 2; ++k) {
    int sum = 0;
    int pair = 0;
    for (int i = 0; i < kLayers; ++i) {
      sum += u_[k][i][x[i]];
      for (int j = i + 1; j < kLayers; ++j) sum += w_[k][pair++][x[i]][x[j]];
    }
    out[k] = sum;
  }
  return out;
}

}  // namespace madsearch
