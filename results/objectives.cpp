#include "results/objectives.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

namespace madsearch {
namespace {

std::string rounded(double value) { return std::to_string(static_cast<long long>(std::llround(value))); }

/// Sizes of 10^`least`, where most designs lie above, to `most`. A limit that is no larger leaves the sizes from 0 on.
Objective of_sizes(const std::string& name, double least, double most) {
  if (most > std::pow(10, least)) return {name, least, std::log10(most)};
  return {name, 0, std::log10(1 + most)};
}

/// An end of the box as a size. 0, in minimised units, is the size 0.
std::string size_at(const Objective& objective, double end) {
  return rounded(std::pow(10, end) - (objective.best == 0 ? 1 : 0));
}

}  // namespace

std::vector<std::string> objective_names() {
  return {"score", "bits_per_byte", "bits_per_byte_recall", "state", "state_mad", "parameters", "flops"};
}

bool is_bits(const std::string& objective) { return objective.starts_with("bits_per_byte"); }
bool is_size(const std::string& objective) { return objective != "score" && !is_bits(objective); }

Measured measured(const EvaluationRecord& finished) {
  return {finished.score.value(), finished.text.bits_per_byte, finished.text.bits_per_byte_recall};
}

double measured_as(const std::string& name, const Measured& measured) {
  if (name == "score") return measured.score;
  const auto& bits = name == "bits_per_byte" ? measured.bits_per_byte : measured.bits_per_byte_recall;
  return bits.value_or(std::numeric_limits<double>::quiet_NaN());
}

Objective objective(const std::string& name, double most) {
  if (name == "score") return {name, 0, 1};
  if (is_bits(name)) return {name, 1, 4};
  if (name == "state" || name == "state_mad") return of_sizes(name, 2, most > 0 ? most : 1e6);
  if (name == "parameters") return of_sizes(name, 3, most > 0 ? most : 1e9);
  if (name == "flops") return of_sizes(name, 5, most > 0 ? most : 1e13);
  throw std::invalid_argument("objective: unknown name " + name);
}

std::int64_t size_of(const std::string& name, const CandidateRecord& candidate) {
  if (name == "state") return candidate.served_state;
  if (name == "state_mad") return candidate.served_state_mad;
  if (name == "parameters") return candidate.active_parameters ? candidate.active_parameters : candidate.parameters;
  return candidate.flops;
}

Objectives values(const std::vector<Objective>& objectives, const CandidateRecord& candidate,
                  const Measured& measured) {
  Objectives out;
  for (const auto& objective : objectives)
    out.push_back(is_size(objective.name) ? std::log10(1.0 + static_cast<double>(size_of(objective.name, candidate)))
                                          : 0);
  return with_measured(objectives, std::move(out), measured);
}

Objectives with_measured(const std::vector<Objective>& objectives, Objectives point, const Measured& measured) {
  for (std::size_t k = 0; k < objectives.size(); ++k) {
    const auto& name = objectives[k].name;
    if (is_size(name)) continue;
    const auto value = measured_as(name, measured);
    point[k] = name == "score" ? 1 - value : value;
  }
  return point;
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
  return std::clamp(hypervolume(std::move(inside), reference) / volume, 0.0, 1.0);  // but for rounding
}

std::string box(const std::vector<Objective>& objectives) {
  std::string out;
  for (const auto& objective : objectives) {
    out += out.empty() ? "" : ", ";
    out += objective.name + " ";
    out += is_size(objective.name) ? size_at(objective, objective.best) + ".." + size_at(objective, objective.worst)
                                   : rounded(objective.best) + ".." + rounded(objective.worst);
  }
  return out;
}

}  // namespace madsearch
