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

namespace {

/// Of a paper.
struct Sum {
  double weight = 0;
  double value = 0;
};

using Drawn = std::vector<std::size_t>;

double mean_of_papers(const std::vector<Sum>& sums, const Drawn& drawn) {
  double out = 0;
  for (const auto i : drawn) out += sums[i].value / sums[i].weight;
  return out / static_cast<double>(drawn.size());
}

double mean_of_contrasts(const std::vector<Sum>& sums, const Drawn& drawn) {
  Sum out;
  for (const auto i : drawn) {
    out.weight += sums[i].weight;
    out.value += sums[i].value;
  }
  return out.value / out.weight;
}

}  // namespace

PaperShare paper_share(const std::vector<Case>& cases, const std::vector<std::size_t>& of,
                       const std::vector<double>& values, Seed seed) {
  std::map<std::string, Sum> papers;
  std::set<std::size_t> contrasts;
  for (const auto i : of) {
    auto& sum = papers[cases[i].paper];
    sum.weight += cases[i].weight;
    sum.value += cases[i].weight * values[i];
    contrasts.insert(cases[i].contrast);
  }
  std::vector<Sum> sums;
  Drawn once;
  for (const auto& [paper, sum] : papers) {
    once.push_back(sums.size());
    sums.push_back(sum);
  }
  PaperShare out{.contrasts = contrasts.size(), .papers = sums.size()};
  if (sums.empty()) return out;
  out.mean = mean_of_papers(sums, once);
  out.alike = mean_of_contrasts(sums, once);
  if (sums.size() < 2) return out;
  out.bounds = bootstrap(
      sums.size(), [&](const Drawn& drawn) { return mean_of_papers(sums, drawn); }, seed);
  out.alike_bounds = bootstrap(
      sums.size(), [&](const Drawn& drawn) { return mean_of_contrasts(sums, drawn); }, seed);
  return out;
}

}  // namespace madsearch
