#include "engine/worker/saved_weights.h"

#include <ATen/ATen.h>

#include <vector>

#include "engine/export/safetensors.h"
#include "engine/export/weights.h"

namespace madsearch {

void save_weights(const std::filesystem::path& file, const Model& model, const Genome& genome, std::int64_t replica) {
  const auto& options = model.options();
  std::vector<at::Tensor> kept;
  std::vector<SavedTensor> tensors;
  for (const auto& [name, value] : model.parameters()) {
    kept.push_back(value.detach()[replica].to(at::kCPU, at::kFloat).contiguous());
    tensors.push_back({exported_name(genome, name), kept.back().sizes().vec(), kept.back().data_ptr<float>()});
  }
  write_safetensors(file,
                    to_metadata({.genome = genome,
                                 .width = options.width,
                                 .vocabulary = options.vocabulary,
                                 .length = options.max_length,
                                 .norm = options.norm,
                                 .tied = options.tied}),
                    tensors);
}

}  // namespace madsearch
