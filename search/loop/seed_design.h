#pragma once
#include <string>

namespace madsearch {

/// A hand design that starts the search.
struct SeedDesign {
  std::string name;
  std::string text;  // canonical and valid
};

}  // namespace madsearch
