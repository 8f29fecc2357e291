#include "tests/golden/safetensors.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

template <class T>
std::vector<T> copy(const char* from, std::size_t bytes) {
  std::vector<T> out(bytes / sizeof(T));
  std::memcpy(out.data(), from, out.size() * sizeof(T));
  return out;
}

template <class T, class To>
std::vector<To> as(const char* from, std::size_t bytes) {
  const auto values = copy<T>(from, bytes);
  return {values.begin(), values.end()};
}

std::vector<double> bfloat16(const char* from, std::size_t bytes) {
  std::vector<double> out;
  for (const auto half : copy<std::uint16_t>(from, bytes))
    out.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16));
  return out;
}

}  // namespace

std::map<std::string, GoldenTensor> read_safetensors(const std::filesystem::path& path) {
  const auto broken = [&](const std::string& why) { return std::runtime_error(path.string() + ": " + why); };
  std::ifstream in(path, std::ios::binary);
  if (!in) throw broken("cannot be read");
  const std::string file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::uint64_t header = 0;  // its length in bytes; the data follows it
  if (file.size() < sizeof header) throw broken("shorter than its header's length");
  std::memcpy(&header, file.data(), sizeof header);
  if (header > file.size() - sizeof header) throw broken("shorter than its header");
  const auto json = nlohmann::json::parse(file.substr(sizeof header, header));
  const std::size_t start = sizeof header + header;

  std::map<std::string, GoldenTensor> out;
  for (const auto& [name, entry] : json.items()) {
    if (name == "__metadata__") continue;
    const std::size_t begin = entry.at("data_offsets").at(0);
    const std::size_t end = entry.at("data_offsets").at(1);
    if (begin > end || end > file.size() - start) throw broken("tensor \"" + name + "\" lies outside of it");
    GoldenTensor tensor{.dtype = entry.at("dtype"), .shape = entry.at("shape")};
    const char* from = file.data() + start + begin;
    const std::size_t bytes = end - begin;
    if (tensor.dtype == "F64")
      tensor.real = as<double, double>(from, bytes);
    else if (tensor.dtype == "F32")
      tensor.real = as<float, double>(from, bytes);
    else if (tensor.dtype == "BF16")
      tensor.real = bfloat16(from, bytes);
    else if (tensor.dtype == "I64")
      tensor.integer = as<std::int64_t, std::int64_t>(from, bytes);
    else if (tensor.dtype == "I32")
      tensor.integer = as<std::int32_t, std::int64_t>(from, bytes);
    else if (tensor.dtype == "U8" || tensor.dtype == "BOOL")
      tensor.integer = as<std::uint8_t, std::int64_t>(from, bytes);
    else
      throw broken("tensor \"" + name + "\" is of type " + tensor.dtype + ", which this reader doesn't know");
    std::size_t entries = 1;
    for (const auto size : tensor.shape) entries *= static_cast<std::size_t>(size);
    if (tensor.real.size() + tensor.integer.size() != entries)
      throw broken("tensor \"" + name + "\" has another size than its shape");
    out.emplace(name, std::move(tensor));
  }
  return out;
}

std::filesystem::path golden_folder() {
  if (const char* folder = std::getenv("MADSEARCH_GOLDEN"); folder && *folder) return folder;
  return std::filesystem::path(in_source("..")) / "shared" / "golden";
}

}  // namespace madsearch
