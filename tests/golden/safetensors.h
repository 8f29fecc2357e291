#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace madsearch {

/// One tensor of a file of golden vectors, row-major. `real` holds F32, F64 (and BF16); `integer` holds I64, I32, U8
/// and BOOL.
struct GoldenTensor {
  std::string dtype;  // as safetensors names it: "F64"
  std::vector<std::int64_t> shape;
  std::vector<double> real;
  std::vector<std::int64_t> integer;
};

/// All tensors of a safetensors file, by name. Throws std::runtime_error naming the file if it is missing or broken.
std::map<std::string, GoldenTensor> read_safetensors(const std::filesystem::path& path);

/// Where the golden vectors lie: environment MADSEARCH_GOLDEN, else ../shared/golden beside the sources. May be
/// missing; then tests skip.
std::filesystem::path golden_folder();

}  // namespace madsearch
