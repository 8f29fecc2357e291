#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "search/architecture/templates/template.h"

namespace madsearch {

/// To what a search is kept, beside limits of size.
struct Steering {
  std::vector<Template> templates;  // a candidate matches one of them, of as many blocks; none: any layout
  bool vary_mixers = false;         // the templates are the seed designs with free sequence mixers
  std::map<std::string, std::int64_t> at_most, at_least;  // blocks of a primitive
  std::vector<std::string> never_first, never_last;       // primitives

  bool empty() const {
    return templates.empty() && !vary_mixers && at_most.empty() && at_least.empty() && never_first.empty() &&
           never_last.empty();
  }
};

}  // namespace madsearch
