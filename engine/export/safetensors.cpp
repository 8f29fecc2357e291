#include "engine/export/safetensors.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "configs/errors.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;
static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");

constexpr std::size_t kAligned = 8;  // where the numbers begin

std::uint64_t bytes_of(const SavedTensor& tensor) {
  std::uint64_t out = sizeof(float);
  for (const auto size : tensor.shape) out *= static_cast<std::uint64_t>(size);
  return out;
}

std::string header_of(const std::map<std::string, std::string>& metadata, const std::vector<SavedTensor>& tensors) {
  Json header = {{"__metadata__", metadata}};
  std::uint64_t at = 0;
  for (const auto& tensor : tensors) {
    const auto end = at + bytes_of(tensor);
    header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  auto out = header.dump();
  out.resize((out.size() + kAligned - 1) / kAligned * kAligned, ' ');
  return out;
}

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::runtime_error(file.string() + " could not be written: " + std::strerror(errno));
}

/// A file under another name until it is complete.
class Written {
 public:
  explicit Written(std::filesystem::path file) : file_(std::move(file)), fresh_(file_.string() + ".new") {
    descriptor_ = open(fresh_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (descriptor_ < 0) fail(fresh_);
  }
  ~Written() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Written(const Written&) = delete;

  void add(const void* data, std::uint64_t bytes) {
    const auto* p = static_cast<const char*>(data);
    while (bytes > 0) {
      const auto n = ::write(descriptor_, p, bytes);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail(fresh_);
      p += n;
      bytes -= static_cast<std::uint64_t>(n);
    }
  }
  void complete() {
    if (fsync(descriptor_) != 0) fail(fresh_);
    if (std::rename(fresh_.c_str(), file_.c_str()) != 0) fail(file_);
    const auto folder = std::filesystem::absolute(file_).parent_path();
    const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (directory < 0) return;
    fsync(directory);
    close(directory);
  }

 private:
  std::filesystem::path file_, fresh_;
  int descriptor_ = -1;
};

}  // namespace

void write_safetensors(const std::filesystem::path& file, const std::map<std::string, std::string>& metadata,
                       const std::vector<SavedTensor>& tensors) {
  const auto header = header_of(metadata, tensors);
  const std::uint64_t length = header.size();
  Written out(file);
  out.add(&length, sizeof length);
  out.add(header.data(), length);
  for (const auto& tensor : tensors) out.add(tensor.numbers, bytes_of(tensor));
  out.complete();
}

std::map<std::string, std::string> safetensors_metadata(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw ConfigError("no such file: " + file.string());
  std::uint64_t length = 0;
  in.read(reinterpret_cast<char*>(&length), sizeof length);
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  std::string header;
  if (in && !failed && length <= size - sizeof length) {
    header.resize(length);
    in.read(header.data(), static_cast<std::streamsize>(length));
  }
  try {
    if (in) return Json::parse(header).value("__metadata__", std::map<std::string, std::string>());
  } catch (const Json::exception&) {  // said below
  }
  throw ConfigError(file.string() + " is no safetensors file");
}

}  // namespace madsearch
