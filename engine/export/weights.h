#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "engine/export/exported_model.h"

namespace madsearch {

/// What a file of weights says of their model, in its metadata.
std::map<std::string, std::string> to_metadata(const ExportedModel& model);

/// The model of a file of weights. Throws ConfigError if it is none of ours.
ExportedModel model_of_weights(const std::filesystem::path& file);

}  // namespace madsearch
