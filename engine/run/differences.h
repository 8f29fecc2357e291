#pragma once
#include <string>
#include <vector>

#include "engine/run/settings.h"

namespace madsearch {

/// What differs between two identities (RunConfig::identity).
struct Differences {
  struct Line {
    std::string key, before, now;  // "" where there is none
    Decides decides;
  };
  std::vector<Line> lines;          // by key
  std::vector<std::string> unsaid;  // settings that the first, of an earlier release, says nothing of, "key: now"
  bool any(Decides decides) const;
  std::string text() const;  // "\n  key: before -> now" for each line
};

/// Identities of releases that numbered no seeds and listed fewer settings are understood.
Differences differences(const std::string& before, const std::string& now);

}  // namespace madsearch
