#include "engine/study/strengths.h"

#include "engine/study/bradley_terry.h"

namespace madsearch {
namespace {

constexpr double kRidge = 1;  // one contrast's weight on a strength of 1

}  // namespace

std::map<std::string, double> strengths(const std::vector<Contrast>& contrasts) {
  std::map<std::string, std::size_t> places;
  for (const auto& one : contrasts)
    for (const auto& design : {one.better, one.worse}) places.emplace(design, places.size());
  std::vector<std::vector<double>> differences;
  for (const auto& one : contrasts) {
    auto& row = differences.emplace_back(places.size());
    row[places.at(one.better)] = 1;
    row[places.at(one.worse)] = -1;
  }
  const auto theta = bradley_terry(differences, places.size(), kRidge);
  std::map<std::string, double> out;
  for (const auto& [design, place] : places) out[design] = theta[place];
  return out;
}

}  // namespace madsearch
