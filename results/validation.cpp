#include "results/validation.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <map>

#include "results/front_report.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

constexpr std::size_t kFewest = 8;  // points below which no coefficient is worth printing

/// The designs that were scored and pretrained, a number each.
struct Points {
  std::vector<double> scores;
  std::vector<double> quality;  // -bits per byte
  std::vector<double> states;   // log10(1 + state)
};

/// Bits per byte of the designs that were scored and pretrained, by hash.
using Bits = std::map<std::string, double>;

void count_pairs(const std::vector<PretrainingRecord>& pretrainings, const Bits& bits, Validation& out) {
  constexpr std::string_view kPair = "pair of ";
  for (const auto& record : pretrainings) {
    if (!record.role.starts_with(kPair) || !bits.contains(record.hash)) continue;
    const auto member = bits.find(record.role.substr(kPair.size()));
    if (member == bits.end()) continue;
    ++out.pairs;
    out.pairs_won += member->second < bits.at(record.hash);
  }
}

/// Two-sided p of `won` of `pairs` if each were won by chance.
double sign_test(std::size_t won, std::size_t pairs) {
  const boost::math::binomial_distribution<> fair(static_cast<double>(pairs), 0.5);
  const auto more = static_cast<double>(std::max(won, pairs - won));
  return std::min(1.0, 2 * boost::math::cdf(boost::math::complement(fair, more - 1)));
}

}  // namespace

Validation validate(const Store& store) {
  Validation out;
  const auto pretrainings = store.pretrainings();
  Points points;
  Bits bits;
  for (const auto& record : pretrainings) {
    if (record.outcome != Outcome::kOk || !record.bits_per_byte) continue;
    const auto row = completed_design(store, record.hash);
    if (!row || !bits.emplace(record.hash, *record.bits_per_byte).second) continue;
    points.scores.push_back(row->score.mean);
    points.quality.push_back(-*record.bits_per_byte);
    points.states.push_back(std::log10(1.0 + static_cast<double>(row->candidate.served_state)));
  }
  out.points = points.scores.size();
  count_pairs(pretrainings, bits, out);
  if (out.pairs > 0) out.sign_test = sign_test(out.pairs_won, out.pairs);
  if (out.points < kFewest) return out;
  out.rank_correlation = rank_correlation(points.scores, points.quality);
  out.partial_rank_correlation = partial_rank_correlation(points.scores, points.quality, points.states);
  return out;
}

}  // namespace madsearch
