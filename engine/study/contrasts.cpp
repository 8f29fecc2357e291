#include "engine/study/contrasts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace madsearch {
namespace {

using Names = std::set<std::string>;

/// Who has which of two designs ahead.
struct Found {
  Names papers, groups;
};

/// Designs of the papers for choosing, as far as they decide about contrasts like these.
Names seen_while_choosing(const Published& published, bool headline) {
  Names out;
  for (const auto& design : published.designs) {
    const auto& group = published.groups[design.group];
    if (!group.judging && (group.headline() || !headline)) out.insert(design.hash);
  }
  return out;
}

bool counts(const PublishedGroup& group, bool headline, Half half) {
  if (group.headline() != headline) return false;
  return half == Half::kAll || group.judging == (half == Half::kJudging);
}

/// (better, worse): who says so.
std::map<std::pair<std::string, std::string>, Found> found_in(const Published& published, bool headline, Half half) {
  const auto seen = half == Half::kJudging ? seen_while_choosing(published, headline) : Names{};
  std::map<std::pair<std::string, std::string>, Found> out;
  for (const auto& a : published.designs) {
    const auto& group = published.groups[a.group];
    if (a.hash.empty() || seen.count(a.hash) || !counts(group, headline, half)) continue;
    for (const auto& b : published.designs) {
      if (b.group != a.group || b.hash.empty() || seen.count(b.hash)) continue;
      if (b.hash == a.hash || !group.apart(a.value, b.value)) continue;
      auto& found = out[{a.hash, b.hash}];
      found.papers.insert(group.paper);
      found.groups.insert(group.name);
    }
  }
  return out;
}

}  // namespace

Contrasts contrasts(const Published& published, bool headline, Half half) {
  Contrasts out;
  const auto found = found_in(published, headline, half);
  for (const auto& [pair, who] : found) {
    if (found.count({pair.second, pair.first})) {
      out.contradicting += pair.first < pair.second;
      continue;
    }
    out.list.push_back(
        {pair.first, pair.second, {who.papers.begin(), who.papers.end()}, {who.groups.begin(), who.groups.end()}});
  }
  return out;
}

std::vector<Contrast> agreed(const Published& published, Half half) {
  const auto seen = seen_while_choosing(published, true);
  Names judging;
  for (const auto& group : published.groups)
    if (group.judging) judging.insert(group.paper);
  std::vector<Contrast> out;
  for (const auto& verdict : published.verdicts) {
    const auto& papers = verdict.papers;
    const bool judged = !seen.count(verdict.better) && !seen.count(verdict.worse) &&
                        std::any_of(papers.begin(), papers.end(), [&](const auto& one) { return judging.count(one); });
    if (verdict.agreed && (half == Half::kAll || judged == (half == Half::kJudging)))
      out.push_back({verdict.better, verdict.worse, papers, {}});
  }
  return out;
}

}  // namespace madsearch
