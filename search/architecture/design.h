#pragma once
#include <string>

#include "search/architecture/genome.h"

namespace madsearch {

/// A hand design: a YAML file with `stripe` (a genome's text), and `source`, `note` for the reader.
struct Design {
  std::string name;    // of the file, without .yaml, or a model's; the text itself for a design given as text
  Genome genome;       // canonical
  std::string source;  // the paper that it follows
  std::string note;    // where it differs
};

}  // namespace madsearch
