#include "candidate.h"

#include <utility>
#include <vector>

#include "configs/errors.h"

namespace madsearch {

CandidateRecord candidate_of(const Store& store, const std::string& id) {
  std::vector<CandidateRecord> found;
  for (auto& candidate : store.candidates())
    if (candidate.hash.starts_with(id)) found.push_back(std::move(candidate));
  if (found.empty())
    throw ConfigError("no candidate of this run has an id that begins with \"" + id +
                      "\"; `madsearch front DIR` lists ids");
  if (found.size() > 1)
    throw ConfigError(std::to_string(found.size()) + " candidates have ids that begin with \"" + id +
                      "\"; write more of it");
  return found.front();
}

}  // namespace madsearch
