#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "configs/reader.h"
#include "engine/run/config.h"
#include "engine/run/config_names.h"

namespace madsearch {

/// Reads the mapping `space:`, of a search of designs of `stages` blocks. Throws ConfigError.
Steering read_steering(Reader in, std::int64_t stages, ConfigNames& names);

/// The templates of `vary: mixers`: each design with free sequence mixers, equal templates once.
std::vector<Template> free_mixers_of(const std::vector<Design>& designs);

/// "" if a search of `space` finds a candidate: at random, or by an edit of a hand design. Otherwise why it doesn't.
std::string why_nothing_is_found(const RunConfig& config, const Architectures& space);

/// For people: how many designs the steered search of `config` has and some of them; which designs templates among its
/// seeds were filled to. "" if it has no template and is kept to nothing.
std::string steering_text(const RunConfig& config);

}  // namespace madsearch
