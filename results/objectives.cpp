#include "results/objectives.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace madsearch {
namespace {

std::int64_t size_of(const std::string& name, const CandidateRecord& candidate) {
  if (name == "state") return candidate.state_exact;
  if (name == "state_mad") return candidate.state_mad;
  if (name == "parameters") return candidate.active_parameters ? candidate.active_parameters : candidate.parameters;
  return candidate.flops;
}

std::string rounded(double value) { return std::to_string(static_cast<long long>(std::llround(value))); }

}  // namespace

std::vector<std::string> objective_names() { return {"score", "state", "state_mad", "parameters", "flops"}; }

Objective objective(const std::string& name, double most) {
  if (name == "score") return {name, 0, 1};
  if (name == "state" || name == "state_mad") return {name, 2, std::log10(most > 0 ? most : 1e6)};
  if (name == "parameters") return {name, 3, std::log10(most > 0 ? most : 1e9)};
  if (name == "flops") return {name, 5, std::log10(most > 0 ? most : 1e13)};
  throw std::invalid_argument("objective: unknown name " + name);
}

Objectives values(const std::vector<Objective>& objectives, const CandidateRecord& candidate, double score) {
  Objectives out;
  for (const auto& objective : objectives)
    out.push_back(objective.name == "score"
                      ? 1 - score
                      : std::log10(1.0 + static_cast<double>(size_of(objective.name, candidate))));
  return out;
}

double hypervolume_share(const std::vector<Objective>& objectives, const std::vector<Objectives>& points) {
  std::vector<Objectives> inside;
  Objectives reference;
  double volume = 1;
  for (const auto& objective : objectives) {
    reference.push_back(objective.worst);
    volume *= objective.worst - objective.best;
  }
  for (auto point : points) {
    for (std::size_t i = 0; i < point.size(); ++i) point[i] = std::max(point[i], objectives[i].best);
    inside.push_back(std::move(point));
  }
  return hypervolume(std::move(inside), reference) / volume;
}

std::string box(const std::vector<Objective>& objectives) {
  std::string out;
  for (const auto& objective : objectives) {
    out += out.empty() ? "" : ", ";
    out += objective.name == "score" ? "score 0..1"
                                     : objective.name + " " + rounded(std::pow(10, objective.best)) + ".." +
                                           rounded(std::pow(10, objective.worst));
  }
  return out;
}

}  // namespace madsearch
