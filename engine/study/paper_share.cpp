#include "engine/study/paper_share.h"

#include <map>
#include <set>

namespace madsearch {

std::vector<Case> cases(const std::vector<Contrast>& contrasts) {
  std::vector<Case> out;
  for (std::size_t i = 0; i < contrasts.size(); ++i)
    for (const auto& paper : contrasts[i].papers)
      out.push_back({i, paper, 1.0 / static_cast<double>(contrasts[i].papers.size())});
  return out;
}

double rightness(double better, double worse) {
  if (better == worse) return 0.5;
  return better > worse ? 1 : 0;
}

PaperShare paper_share(const std::vector<Case>& cases, const std::vector<std::size_t>& of,
                       const std::vector<double>& values, Seed seed) {
  struct Sum {  // of a paper
    double weight = 0;
    double value = 0;
  };
  std::map<std::string, Sum> sums;
  std::set<std::size_t> contrasts;
  for (const auto i : of) {
    auto& sum = sums[cases[i].paper];
    sum.weight += cases[i].weight;
    sum.value += cases[i].weight * values[i];
    contrasts.insert(cases[i].contrast);
  }
  std::vector<double> means;
  Sum total;
  for (const auto& [paper, sum] : sums) {
    means.push_back(sum.value / sum.weight);
    total.weight += sum.weight;
    total.value += sum.value;
  }
  PaperShare out{.contrasts = contrasts.size(), .papers = means.size()};
  if (means.empty()) return out;
  out.mean = mean(means);
  out.alike = total.value / total.weight;
  if (means.size() < 2) return out;
  const auto statistic = [&](const std::vector<std::size_t>& drawn) -> std::optional<double> {
    double sum = 0;
    for (const auto i : drawn) sum += means[i];
    return sum / static_cast<double>(drawn.size());
  };
  out.bounds = bootstrap(means.size(), statistic, seed);
  return out;
}

}  // namespace madsearch
