#include "page_data.h"

#include <algorithm>
#include <memory>
#include <set>
#include <span>

#include "answers.h"
#include "candidate_view.h"
#include "compare_view.h"
#include "configs/errors.h"
#include "effects_view.h"
#include "front_view.h"
#include "numbers.h"
#include "search_view.h"
#include "why_view.h"

namespace madsearch {
namespace {

constexpr std::size_t kMostShown = 400;       // candidates of which a report holds everything
constexpr std::size_t kMostCompared = 16;     // designs of which it holds the comparison of any two
constexpr std::size_t kMostRegressed = 2000;  // designs whose effects it holds: ten core seconds or so
constexpr std::size_t kMostAcross = 8;        // designs of a run that are compared with as many of each other

/// Of those that have more to show than their place in the search.
std::set<std::string> asked_about(const Store& store) {
  std::set<std::string> out;
  const auto front = read_front(store);
  for (const auto& row : front.front) out.insert(row.candidate.hash);
  for (const auto& row : front.hand_designs) out.insert(row.candidate.hash);
  for (const auto& pretraining : front.pretrainings) out.insert(pretraining.hash);
  for (const auto& evaluation : store.scores())
    if (is_fresh(evaluation.rung)) out.insert(evaluation.hash);
  return out;
}

/// The candidates of which a report holds everything: all, or of a large run those that are asked about.
std::vector<CandidateRecord> told_of(const Store& store) {
  auto out = store.candidates();
  if (out.size() <= kMostShown) return out;
  const auto chosen = asked_about(store);
  std::erase_if(out, [&](const CandidateRecord& candidate) { return !chosen.contains(candidate.hash); });
  return out;
}

/// Of these candidates everything, by hash.
Record shown(const Store& store, const std::vector<CandidateRecord>& candidates) {
  Record out;
  for (const auto& candidate : candidates) out.set(candidate.hash, candidate_view(store, candidate).record);
  return out;
}

/// Of these candidates why they are on the front or not, by hash.
Record reasons_of(const Store& store, const std::string& folder, const std::vector<CandidateRecord>& candidates) {
  const FrontReasons reasons(store, expected_deviation(store, folder));
  Record out;
  for (const auto& candidate : candidates) out.set(candidate.hash, why_view(reasons, folder, candidate).record);
  return out;
}

/// The designs that are compared first: the front and hand designs before what else was confirmed or pretrained.
std::vector<std::string> compared_first(const Store& store) {
  const auto front = read_front(store);
  std::vector<std::string> out;
  const auto add = [&](const std::string& hash) {
    if (out.size() < kMostCompared && std::find(out.begin(), out.end(), hash) == out.end()) out.push_back(hash);
  };
  for (const auto* rows : {&front.front, &front.hand_designs})
    for (const auto& row : *rows) add(row.candidate.hash);
  for (const auto& hash : asked_about(store)) add(hash);
  return out;
}

/// What is answered about candidates of a run, by hash.
Record answered(const Store& store, const std::string& questions) {
  Record out;
  for (const auto& hash : answered_designs(questions))
    if (store.candidate(hash)) out.set(hash, answers_about(questions, hash));
  return out;
}

/// A run of which a page is made.
struct ShownRun {
  std::string folder;
  StandingRun standing;
  ComparedRun run;
  std::vector<ComparedDesign> first;  // that are compared

  explicit ShownRun(const std::string& in) : folder(in), standing(standing_run(in)), run(standing.store, in) {
    for (const auto& hash : compared_first(standing.store))
      if (auto candidate = standing.store.candidate(hash)) first.push_back(run.design({std::move(*candidate)}));
  }
  ShownRun(const ShownRun&) = delete;
};

/// Each two of the first designs.
std::vector<Record> compared(const ShownRun& shown) {
  const auto& designs = shown.first;
  std::vector<Record> out;
  for (std::size_t a = 0; a < designs.size(); ++a)
    for (std::size_t b = a + 1; b < designs.size(); ++b)
      out.push_back(compare_view(designs[a], designs[b], shown.run).record.record());
  return out;
}

/// Adds each of the first designs of two runs beside each of the other, or why they don't compare.
void compare_across(const ShownRun& one, const ShownRun& other, std::vector<Record>& out) {
  const auto some = [](const ShownRun& run) { return std::min(run.first.size(), kMostAcross); };
  for (std::size_t a = 0; a < some(one); ++a)
    for (std::size_t b = 0; b < some(other); ++b) {
      const auto& first = one.first[a];
      const auto& second = other.first[b];
      if (first.row.candidate.hash == second.row.candidate.hash) continue;
      try {
        check_comparable(first, second);
      } catch (const ConfigError& error) {
        out.push_back({{"runs", std::vector{one.folder, other.folder}}, {"problem", error.what()}});
        return;
      }
      out.push_back(compare_view(first, second, one.run).record.record());
    }
}

using ShownRuns = std::vector<std::unique_ptr<const ShownRun>>;

Record effects_of(std::span<const std::unique_ptr<const ShownRun>> runs) {
  std::vector<std::string> folders;
  std::size_t designs = 0;
  for (const auto& run : runs) {
    folders.push_back(run->folder);
    designs += completed_designs(run->standing.store).size();
  }
  try {
    if (designs > kMostRegressed)
      throw ConfigError("a report leaves out what went with the scores of more than " + grouped(kMostRegressed) +
                        " designs, which takes long; `madsearch effects` and `madsearch serve` compute it");
    return effects_view(folders, 0).record.record();
  } catch (const ConfigError& error) {
    return {{"runs", folders}, {"problem", error.what()}};
  }
}

/// Of each run, and of all together.
std::vector<Record> effects_of_each(const ShownRuns& runs) {
  std::vector<Record> out;
  for (const auto& run : runs) out.push_back(effects_of({&run, 1}));
  if (runs.size() > 1) out.push_back(effects_of(runs));
  return out;
}

Record data_of(const ShownRun& shown_run, const std::string& questions) {
  const auto& store = shown_run.standing.store;
  auto out = search_view(shown_run.standing, shown_run.folder, Trainings::kTimes);
  const auto candidates = told_of(store);
  out.set("shown", shown(store, candidates));
  out.set("why", reasons_of(store, shown_run.folder, candidates));
  out.set("questions", answered(store, questions));
  out.set("compared", compared(shown_run));
  return out;
}

}  // namespace

Record page_data(const std::vector<std::string>& folders, const std::string& questions) {
  ShownRuns all;
  for (const auto& folder : folders) all.push_back(std::make_unique<const ShownRun>(folder));
  std::vector<Record> runs, across;
  for (std::size_t i = 0; i < all.size(); ++i) {
    runs.push_back(data_of(*all[i], questions));
    for (std::size_t j = i + 1; j < all.size(); ++j) compare_across(*all[i], *all[j], across);
  }
  return {
      {"live", false}, {"questions", questions}, {"runs", runs}, {"across", across}, {"effects", effects_of_each(all)}};
}

}  // namespace madsearch
