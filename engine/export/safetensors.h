#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace madsearch {

/// A tensor to write, row-major.
struct SavedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  const float* numbers = nullptr;
};

/// Writes a safetensors file (github.com/huggingface/safetensors: the length of a header, the header in JSON, numbers)
/// aside and renames it, so that it is there whole or not at all. Throws std::runtime_error, naming the file, where
/// that fails.
void write_safetensors(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata,
                       const std::vector<SavedTensor>& tensors);

/// What a file's header says under "__metadata__". Throws ConfigError for what is no such file.
std::map<std::string, std::string> safetensors_metadata(const std::filesystem::path& file);

}  // namespace madsearch
