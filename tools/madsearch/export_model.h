#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "search/architecture/design.h"

namespace madsearch {

/// How a design becomes a model.
struct ExportOptions {
  std::filesystem::path out;      // the folder to make
  std::int64_t width = 0;         // 0: `design_width`
  std::int64_t stages = 0;        // 0: the design's
  std::int64_t vocabulary = 0;    // 0: that of bytes
  std::int64_t length = 0;        // 0: that of pretraining
  std::int64_t design_width = 0;  // where the design was found
  std::int64_t base_width = 0;    // where its heads were chosen; 0: they stay as written
  std::filesystem::path weights;  // a file of them; empty for none
  std::string without_weights;    // what to say where they are needed and there are none

  bool resized() const { return width || stages || vocabulary || length; }
};

/// A folder with weights and config.json. Throws ConfigError where there are no weights, or another size is asked for.
void export_safetensors(const Design& design, const ExportOptions& options);

/// A folder with the model in PyTorch, with weights if there are any and no other size is asked for.
void export_pytorch(const Design& design, const ExportOptions& options);

}  // namespace madsearch
