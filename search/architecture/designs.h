#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// A hand design: a YAML file with `stripe` (a genome's text), and `source`, `note` for the reader.
struct Design {
  std::string name;  // of the file, without .yaml; the text itself for a design given as text
  Genome genome;     // canonical
  std::string source, note;
};

Design read_design(Reader in);

/// The designs that ship, `configs`/designs/*.yaml, by name.
std::vector<Design> shipped_designs(const std::filesystem::path& configs);

/// The name of a shipped design, else the path of a YAML file, else a genome's text ("gla" is the design, "gla{}" the
/// block alone). ConfigError with did-you-mean over designs and primitives.
Design find_design(const std::string& name_path_or_text, const std::filesystem::path& configs);

/// The stripe repeated until it has `stages` blocks. ConfigError if that is no multiple of its length.
Genome repeated(const Design& design, std::int64_t stages);

}  // namespace madsearch
