#include "published_parts.h"

#include <algorithm>
#include <functional>
#include <set>

namespace madsearch {
namespace {

Part part_of(const std::string& name, const PublishedSet& set, const std::function<bool(const Case&)>& holds) {
  Part out{name, &set, {}};
  for (std::size_t i = 0; i < set.cases.size(); ++i)
    if (holds(set.cases[i])) out.of.push_back(i);
  return out;
}

Part whole(const std::string& name, const PublishedSet& set) {
  return part_of(name, set, [](const Case&) { return true; });
}

void add_papers_and_groups(const Published& published, const PublishedSet& set, std::vector<Part>& out) {
  std::set<std::string> papers;
  for (const auto& one : set.cases) papers.insert(one.paper);
  for (const auto& paper : papers)
    out.push_back(part_of("paper " + paper, set, [&](const Case& one) { return one.paper == paper; }));
  for (const auto& group : published.groups)
    out.push_back(part_of("group " + group.name, set, [&](const Case& one) {
      const auto& groups = set.contrasts[one.contrast].groups;
      return one.paper == group.paper && std::find(groups.begin(), groups.end(), group.name) != groups.end();
    }));
}

}  // namespace

std::vector<Part> parts_of(const PublishedBench& bench) {
  const auto& headline = bench.headline;
  std::vector<Part> out = {whole("all", headline)};
  for (const auto& stratum : strata())
    out.push_back(part_of(stratum.name, headline, [&](const Case& one) {
      const auto& contrast = headline.contrasts[one.contrast];
      return stratum.holds(bench.traits.at(contrast.better), bench.traits.at(contrast.worse));
    }));
  out.push_back(whole("what several labs agree on", bench.agreed));
  out.push_back(whole("all", bench.beside));
  for (const auto* set : {&headline, &bench.beside}) add_papers_and_groups(bench.published, *set, out);
  const auto empty = [](const Part& part) { return part.of.empty(); };
  out.erase(std::remove_if(out.begin() + 1, out.end(), empty), out.end());
  return out;
}

std::vector<Shares> shares_of(const Part& part, bool scored) {
  std::vector<Shares> out;
  const auto& set = *part.set;
  const auto seed = Seed{}.derive("published").derive(part.name);
  for (std::size_t p = 0; p < set.predictors.size(); ++p) {
    Shares shares{paper_share(set.cases, part.of, set.predictors[p].right, seed), {}};
    if (scored && p > 0) {
      auto ahead = set.predictors.front().right;
      for (std::size_t i = 0; i < ahead.size(); ++i) ahead[i] -= set.predictors[p].right[i];
      shares.difference = paper_share(set.cases, part.of, ahead, seed);
    }
    out.push_back(shares);
  }
  return out;
}

std::string half_in_words(const std::string& half) {
  if (half == "all") return "both halves";
  return half == "choosing" ? "papers for choosing" : "judging papers";
}

}  // namespace madsearch
