#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "search/architecture/design.h"
#include "search/architecture/parser.h"

namespace madsearch {

/// Throws ConfigError for a stripe that can't be read, and for an unknown key.
Design read_design(Reader in, Unwritten unwritten = Unwritten::kDefault);

/// Whether a word names a file: *.yaml, *.yml, or the config.json of a model.
bool is_design_file(const std::string& word);

/// A hand design or, of a *.json, the model that it is of (model_configs/model_config.h). Throws ConfigError.
Design read_design_file(Reader in);

/// The designs that ship, `configs`/designs/*.yaml, by name. Throws ConfigError as read_design does.
std::vector<Design> shipped_designs(const std::filesystem::path& configs);

/// The file of the design of this name, or this path; nothing if it is neither, but a text. Throws ConfigError for a
/// word that is no design, no file and no primitive, with did-you-mean.
std::optional<std::filesystem::path> design_file(const std::string& name_path_or_text,
                                                 const std::filesystem::path& configs);

/// The design as a YAML file, which read_design reads.
std::string to_yaml(const Design& design);

/// The design that is this text.
Design text_design(const std::string& text, Unwritten unwritten = Unwritten::kDefault);

/// The name of a shipped design, else the path of a YAML file or of a model's config.json, else a genome's text
/// ("gla" is the design, "gla{}" the block alone). Throws ConfigError, with did-you-mean over designs and primitives.
Design find_design(const std::string& name_path_or_text, const std::filesystem::path& configs);

/// The stripe repeated until it has `stages` blocks; copies have weights of their own. Throws ConfigError if `stages`
/// is no multiple of its blocks.
Genome repeated(const Design& design, std::int64_t stages);

/// transformer++ of `stages` blocks: attention without a convolution and SwiGLU in turn, of an odd number one attention
/// more.
Genome transformer(std::int64_t stages);

}  // namespace madsearch
