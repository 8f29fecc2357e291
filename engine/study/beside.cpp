#include "engine/study/beside.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <utility>

#include "results/statistics.h"
#include "search/architecture/parser.h"
#include "search/architecture/without_convolution.h"

namespace madsearch {
namespace {

/// By hash.
std::map<std::string, Expected> expected_of(const Store& store) {
  const auto all = completed_designs(store);
  std::vector<ScoredDesign> designs;
  for (const auto& row : all)
    designs.push_back({row.candidate.text, static_cast<double>(row.candidate.served_state), row.searched.score});
  const auto found = expectations(designs);
  std::map<std::string, Expected> out;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (found[i]) out.emplace(all[i].candidate.hash, *found[i]);
  return out;
}

/// Losses on fresh seeds, whichever evaluation they were for.
struct Measured {
  std::string hash;
  FreshResults losses;
  Outcome outcome = Outcome::kOk;  // of the last that failed
};

Measured measured(const Store& store, const std::string& hash) {
  Measured out{.hash = hash};
  for (const auto& evaluation : store.evaluations(hash)) {
    if (!is_fresh(evaluation.rung) || !evaluation.finished) continue;
    if (evaluation.outcome != Outcome::kOk)
      out.outcome = evaluation.outcome;
    else if (evaluation.score)
      out.losses[evaluation.seed_set] = {1 - *evaluation.score};
  }
  return out;
}

/// The hash of a member's counterfactual; nothing where it has none, nor for a text that can't be read.
std::optional<std::string> counterfactual_of(const std::string& text) {
  try {
    const auto genome = without_convolution(parse_expanded(text));
    return genome ? std::optional(hash(*genome)) : std::nullopt;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

/// By the hash of the member.
std::map<std::string, Measured> counterfactuals_of(const Store& store, const std::vector<FrontRow>& front) {
  std::map<std::string, Measured> out;
  for (const auto& member : front) {
    const auto other = member.confirmed ? counterfactual_of(member.candidate.text) : std::nullopt;
    if (!other) continue;
    auto found = measured(store, *other);
    if (!found.losses.empty() || found.outcome != Outcome::kOk) out.emplace(member.candidate.hash, std::move(found));
  }
  return out;
}

/// Losses of members, hand designs and counterfactuals, whose noise is pooled.
class Losses {
 public:
  Losses(const Store& store, const FrontReport& report, const std::map<std::string, Measured>& counterfactuals) {
    for (const auto* rows : {&report.front, &report.hand_designs})
      for (const auto& row : *rows) add(measured(store, row.candidate.hash));
    for (const auto& [member, other] : counterfactuals) add(other);
  }
  const FreshResults& of(const std::string& hash) const { return losses_[places_.at(hash)]; }
  std::size_t place(const std::string& hash) const { return places_.at(hash); }
  const std::vector<FreshResults>& all() const { return losses_; }

 private:
  void add(const Measured& design) {
    if (places_.emplace(design.hash, losses_.size()).second) losses_.push_back(design.losses);
  }
  std::map<std::string, std::size_t> places_;
  std::vector<FreshResults> losses_;
};

Counterfactual compared(const std::string& member, const Measured& other, const Losses& losses,
                        const Comparison& comparison) {
  Counterfactual out{.hash = other.hash};
  std::vector<double> scores;
  for (const auto& [set, loss] : other.losses)
    if (losses.of(member).contains(set)) scores.push_back(1 - loss.front());
  out.seeds = static_cast<std::int64_t>(scores.size());
  if (scores.empty()) {
    out.outcome = other.outcome;
    return out;
  }
  out.score = mean(scores);
  const auto behind = comparison.difference(losses.place(other.hash), losses.place(member), 0);
  out.difference = behind.mean;
  out.margin = behind.margin;
  return out;
}

std::optional<bool> reaches(const FrontRow& member, const std::optional<Expected>& expected) {
  if (!member.score.low || !expected) return std::nullopt;
  return *member.score.low <= std::max(expected->by_state, expected->by_table);
}

}  // namespace

std::vector<Beside> beside(const Store& store, const FrontReport& report) {
  const auto expected = expected_of(store);
  const auto counterfactuals = counterfactuals_of(store, report.front);
  const Losses losses(store, report, counterfactuals);
  const Comparison comparison(losses.all());
  std::vector<Beside> out;
  for (const auto& member : report.front) {
    auto& one = out.emplace_back(Beside{.hash = member.candidate.hash});
    if (const auto found = expected.find(one.hash); found != expected.end()) one.expected = found->second;
    one.no_more_than_expected = reaches(member, one.expected);
    if (const auto other = counterfactuals.find(one.hash); other != counterfactuals.end())
      one.without_convolution = compared(one.hash, other->second, losses, comparison);
  }
  return out;
}

}  // namespace madsearch
