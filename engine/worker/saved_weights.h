#pragma once
#include <filesystem>

#include "engine/worker/model.h"

namespace madsearch {

/// Writes the weights of one replica of `model`, which was made of `genome`, as float32 under their names outside
/// (engine/export/exported_model.h). Throws std::runtime_error where that fails.
void save_weights(const std::filesystem::path& file, const Model& model, const Genome& genome,
                  std::int64_t replica = 0);

}  // namespace madsearch
