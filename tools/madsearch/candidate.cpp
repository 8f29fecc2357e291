#include "candidate.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "configs/errors.h"
#include "configs/folder.h"
#include "configs/shell.h"
#include "configs/text.h"
#include "engine/run/directory.h"
#include "engine/run/summary.h"
#include "named.h"
#include "results/run_meta.h"
#include "search/architecture/designs.h"

namespace madsearch {
namespace {

constexpr std::size_t kTyped = 6;  // letters of an id from which on a similar one is meant

std::vector<CandidateRecord> beginning_with(const Store& store, const std::string& id) {
  std::vector<CandidateRecord> out;
  for (auto& candidate : store.candidates())
    if (candidate.hash.starts_with(id)) out.push_back(std::move(candidate));
  return out;
}

/// The id that was perhaps meant, as long as what was typed.
std::string similar_id(const Store& store, const std::string& id) {
  if (id.size() < kTyped) return "";
  std::vector<std::string> ids;
  for (const auto& candidate : store.sizes()) ids.push_back(candidate.hash.substr(0, id.size()));
  return did_you_mean(id, ids);
}

bool is_hexadecimal(const std::string& word) {
  return !word.empty() && word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// The run's hand design of this name.
std::optional<CandidateRecord> hand_design(const Store& store, const std::string& name) {
  for (auto& candidate : store.candidates())
    if (candidate.origin == "seed:" + name) return std::move(candidate);
  return {};
}

/// A design that the run has not met, with the costs that it would have there.
CandidateRecord foreign(const Store& store, const std::filesystem::path& folder, const std::string& word,
                        const Genome& genome) {
  const auto config = stored_run(store, folder, configs_folder());
  solved(word, genome, config.limits.shape, config.limits.parameters);  // refused if it is invalid there
  return candidate_record(Architectures(config.limits), Evaluation{.text = expanded_text(genome)});
}

}  // namespace

CandidateRecord candidate_of(const Store& store, const std::string& id) {
  auto found = beginning_with(store, id);
  if (found.empty())
    throw ConfigError("no candidate of this run has an id that begins with " + in_quotes(id) +
                      "; `madsearch front DIR` lists ids" + similar_id(store, id));
  if (found.size() > 1)
    throw ConfigError(std::to_string(found.size()) + " candidates have ids that begin with " + in_quotes(id) +
                      "; write more of it");
  return std::move(found.front());
}

NamedDesign design_of(const Store& store, const std::filesystem::path& folder, const std::string& word) {
  if (is_hexadecimal(word)) return {candidate_of(store, word)};
  if (auto known = hand_design(store, word)) return {std::move(*known)};
  const auto design = find_design(word, configs_folder());
  const auto stages = read_meta(store).stages;
  const auto genome = stages > 0 ? repeated(design, stages) : design.genome;
  if (auto known = store.candidate(hash(genome))) return {std::move(*known)};
  return {foreign(store, folder, word, genome), false};
}

CandidateRecord known_design_of(const Store& store, const std::filesystem::path& folder, const std::string& word) {
  auto found = design_of(store, folder, word);
  if (!found.stored)
    throw ConfigError(in_quotes(word) + " is no design of this run; `madsearch compare " + shell_word(folder.string()) +
                      " A B --seeds N` scores it beside one that is");
  return std::move(found.candidate);
}

}  // namespace madsearch
