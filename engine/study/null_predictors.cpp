#include "engine/study/null_predictors.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/study/bradley_terry.h"

namespace madsearch {
namespace {

constexpr double kRidge = 1;  // one contrast's weight on a strength of 1

/// Tables fitted to what is known, without a paper or also a primitive.
class Lookup {
 public:
  Lookup(const std::vector<Contrast>& known, const TraitsOf& traits) : known_(known), traits_(traits) {
    for (const auto& [hash, one] : traits)
      for (const auto& [primitive, share] : one.shares) primitives_.insert(primitive);
  }

  /// `left_out`: a primitive, or "".
  double right(const Contrast& contrast, const std::string& paper, const std::string& left_out) {
    const auto theta = strengths(paper, left_out);
    const auto d = difference(contrast);
    double advantage = 0;
    for (std::size_t i = 0; i < d.size(); ++i) advantage += theta[i] * d[i];
    return rightness(advantage, 0);
  }

 private:
  std::vector<double> difference(const Contrast& contrast) const {
    auto out = table_row(traits_.at(contrast.better), primitives_);
    const auto worse = table_row(traits_.at(contrast.worse), primitives_);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] -= worse[i];
    return out;
  }

  bool has_primitive(const Contrast& contrast, const std::string& primitive) const {
    return traits_.at(contrast.better).shares.count(primitive) || traits_.at(contrast.worse).shares.count(primitive);
  }

  bool visible(const Contrast& one, const std::string& paper, const std::string& left_out) const {
    const bool elsewhere = std::any_of(one.papers.begin(), one.papers.end(), [&](const auto& p) { return p != paper; });
    return elsewhere && (left_out.empty() || !has_primitive(one, left_out));
  }

  const std::vector<double>& strengths(const std::string& paper, const std::string& left_out) {
    auto& fitted = fitted_[{paper, left_out}];
    if (!fitted.empty()) return fitted;
    std::vector<std::vector<double>> rows;
    for (const auto& one : known_)
      if (visible(one, paper, left_out)) rows.push_back(difference(one));
    return fitted = bradley_terry(rows, primitives_.size() + 2, kRidge);
  }

  const std::vector<Contrast>& known_;
  const TraitsOf& traits_;
  std::set<std::string> primitives_;
  std::map<std::pair<std::string, std::string>, std::vector<double>> fitted_;  // by paper and what is left out
};

/// Mixers that one has more of than the other.
std::vector<std::string> differing_mixers(const Traits& a, const Traits& b) {
  auto mixers = a.mixers;
  mixers.insert(b.mixers.begin(), b.mixers.end());
  std::vector<std::string> out;
  for (const auto& mixer : mixers) {
    const auto in_a = a.shares.find(mixer);
    const auto in_b = b.shares.find(mixer);
    if (in_a == a.shares.end() || in_b == b.shares.end() || in_a->second != in_b->second) out.push_back(mixer);
  }
  return out;
}

/// Designs that differ in knobs alone have no mixer to leave out.
double right_without_a_primitive(Lookup& lookup, const Contrast& contrast, const std::string& paper,
                                 const TraitsOf& traits) {
  const auto mixers = differing_mixers(traits.at(contrast.better), traits.at(contrast.worse));
  if (mixers.empty()) return lookup.right(contrast, paper, "");
  double sum = 0;
  for (const auto& mixer : mixers) sum += lookup.right(contrast, paper, mixer);
  return sum / static_cast<double>(mixers.size());
}

}  // namespace

std::vector<Predictor> null_predictors(const std::vector<Contrast>& contrasts, const std::vector<Contrast>& known,
                                       const TraitsOf& traits) {
  std::vector<Predictor> out = {
      {"state", {}}, {"parameters", {}}, {"kinds of mixers", {}}, {"lookup table", {}}, {"a primitive left out", {}}};
  Lookup lookup(known, traits);
  for (const auto& one : cases(contrasts)) {
    const auto& contrast = contrasts[one.contrast];
    const auto& better = traits.at(contrast.better);
    const auto& worse = traits.at(contrast.worse);
    out[0].right.push_back(rightness(better.state, worse.state));
    out[1].right.push_back(rightness(better.parameters, worse.parameters));
    out[2].right.push_back(
        rightness(static_cast<double>(better.mixers.size()), static_cast<double>(worse.mixers.size())));
    out[3].right.push_back(lookup.right(contrast, one.paper, ""));
    out[4].right.push_back(right_without_a_primitive(lookup, contrast, one.paper, traits));
  }
  return out;
}

}  // namespace madsearch
