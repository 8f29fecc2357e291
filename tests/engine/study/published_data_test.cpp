// The published results that ship.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "configs/seed.h"
#include "engine/study/contrasts.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const Published& shipped() {
  static const Published read = read_published(in_source("docs/reference/published"));
  return read;
}

/// Papers with a group of trust A or B, or those without, by how many contrasts they have, then by name.
std::vector<std::string> ranked_papers(bool headline) {
  std::map<std::string, bool> papers;
  for (const auto& group : shipped().groups) papers[group.paper] |= group.headline();
  std::map<std::string, std::size_t> count;
  for (const auto& one : contrasts(shipped(), headline, Half::kAll).list)
    for (const auto& paper : one.papers) ++count[paper];
  std::vector<std::string> out;
  for (const auto& [paper, of_headline] : papers)
    if (of_headline == headline) out.push_back(paper);
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) { return count[a] > count[b]; });
  return out;
}

TEST(PublishedData, IsThereAndItsGenomesAreValid) {
  EXPECT_EQ(shipped().groups.size(), 44u);
  EXPECT_EQ(shipped().designs.size(), 308u);
  EXPECT_EQ(shipped().verdicts.size(), 29u);
  EXPECT_EQ(shipped().genomes.size(), 93u);
  for (const auto& [hash, genome] : shipped().genomes)
    EXPECT_EQ(invalid(solve_sizes(genome, {64, 64}).genome, {64, 64}), "") << text(genome);
}

TEST(PublishedData, HasTheHalvesThatWereDrawnBeforeAnythingWasScored) {
  // Papers stand by the number of their contrasts; of each two that follow one another a coin says which one judges.
  Rng rng(Seed{}.derive("published halves"));
  std::map<std::string, bool> judging;
  for (const bool headline : {true, false}) {
    const auto papers = ranked_papers(headline);
    for (std::size_t i = 0; i < papers.size(); i += 2) {
      judging[papers[i]] = chance(rng, 0.5);
      if (i + 1 < papers.size()) judging[papers[i + 1]] = !judging[papers[i]];
    }
  }
  for (const auto& group : shipped().groups) EXPECT_EQ(group.judging, judging.at(group.paper)) << group.paper;
}

TEST(PublishedData, HasFrozenHalves) {
  std::set<std::string> judging;
  for (const auto& group : shipped().groups)
    if (group.judging) judging.insert(group.paper);
  EXPECT_EQ(judging,
            (std::set<std::string>{"Mamba-3", "arXiv:2302.10866", "arXiv:2307.08621", "arXiv:2312.00752",
                                   "arXiv:2405.21060", "arXiv:2411.12537", "arXiv:2411.13676", "arXiv:2412.06464",
                                   "arXiv:2501.00663", "arXiv:2505.06708", "arXiv:2506.04761", "lin-attn-bench"}));
}

TEST(PublishedData, HasFrozenContrasts) {
  EXPECT_EQ(contrasts(shipped(), true, Half::kAll).list.size(), 192u);
  EXPECT_EQ(contrasts(shipped(), true, Half::kAll).contradicting, 4u);
  EXPECT_EQ(contrasts(shipped(), true, Half::kChoosing).list.size(), 112u);
  EXPECT_EQ(contrasts(shipped(), true, Half::kJudging).list.size(), 30u);
  EXPECT_EQ(contrasts(shipped(), false, Half::kAll).list.size(), 132u);
}

TEST(PublishedData, DoesNotContradictWhatLabsAgreeOn) {
  std::set<std::pair<std::string, std::string>> found;
  for (const auto& one : contrasts(shipped(), true, Half::kAll).list) found.insert({one.better, one.worse});
  for (const auto& one : agreed(shipped(), Half::kAll))
    EXPECT_FALSE(found.count({one.worse, one.better})) << text(shipped().genomes.at(one.better));
}

}  // namespace
}  // namespace madsearch
