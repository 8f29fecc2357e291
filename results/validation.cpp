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

}  // namespace

Validation validate(const Store& store) {
  Validation out;
  std::map<std::string, FrontRow> rows;
  for (auto& row : completed_designs(store, false)) rows.emplace(row.candidate.hash, row);
  std::map<std::string, double> bits;
  std::vector<double> scores, quality, states;
  for (const auto& record : store.pretrainings()) {
    const auto row = rows.find(record.hash);
    if (record.outcome != Outcome::kOk || row == rows.end() || !bits.emplace(record.hash, record.bits_per_byte).second)
      continue;
    scores.push_back(row->second.score.mean);
    quality.push_back(-record.bits_per_byte);
    states.push_back(std::log10(1.0 + static_cast<double>(row->second.candidate.state_exact)));
  }
  out.points = scores.size();
  for (const auto& record : store.pretrainings()) {
    constexpr std::string_view kPair = "pair of ";
    if (!record.role.starts_with(kPair) || !bits.contains(record.hash) ||
        !bits.contains(record.role.substr(kPair.size())))
      continue;
    ++out.pairs;
    out.pairs_won += bits.at(record.role.substr(kPair.size())) < bits.at(record.hash);
  }
  if (out.pairs > 0) {
    const boost::math::binomial_distribution<> fair(static_cast<double>(out.pairs), 0.5);
    const auto more = static_cast<double>(std::max(out.pairs_won, out.pairs - out.pairs_won));
    out.sign_test = std::min(1.0, 2 * boost::math::cdf(boost::math::complement(fair, more - 1)));
  }
  if (out.points < kFewest) return out;
  const auto a = ranks(scores), b = ranks(quality), c = ranks(states);
  out.rank_correlation = correlation(a, b);
  const auto ac = correlation(a, c), bc = correlation(b, c);
  if (out.rank_correlation && ac && bc && std::abs(*ac) < 1 && std::abs(*bc) < 1)
    out.partial_rank_correlation = (*out.rank_correlation - *ac * *bc) / std::sqrt((1 - *ac * *ac) * (1 - *bc * *bc));
  return out;
}

}  // namespace madsearch
