#include "engine/worker/checkpoint.h"

#include <ATen/ATen.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "configs/errors.h"

namespace madsearch {
namespace {

struct Header {
  char magic[8];
  std::uint64_t fingerprint;
  double learning_rate, tuning_flops, core_seconds;
  std::int64_t steps, numbers;  // of each of values, first, second; float32
};
constexpr char kMagic[8] = {'m', 'a', 'd', 's', 'c', 'k', 'p', '1'};

/// A file descriptor, closed at the end.
struct File {
  int descriptor;
  explicit File(int descriptor) : descriptor(descriptor) {}
  ~File() {
    if (descriptor >= 0) close(descriptor);
  }
  File(const File&) = delete;
};

[[noreturn]] void fail(const std::string& file) {
  throw std::runtime_error("checkpoint " + file + " could not be written: " + std::strerror(errno));
}

void write_all(int descriptor, const void* data, std::size_t bytes, const std::string& file) {
  const auto* p = static_cast<const char*>(data);
  while (bytes > 0) {
    const auto n = ::write(descriptor, p, bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail(file);
    p += n;
    bytes -= static_cast<std::size_t>(n);
  }
}

}  // namespace

void write_checkpoint(const std::string& file, const Checkpoint& checkpoint) {
  const auto& saved = checkpoint.saved;
  Header header{
      {},          checkpoint.fingerprint, checkpoint.learning_rate, checkpoint.tuning_flops, checkpoint.core_seconds,
      saved.steps, saved.values.numel()};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  const auto fresh = file + ".new";
  {
    const File out(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644));
    if (out.descriptor < 0) fail(fresh);
    write_all(out.descriptor, &header, sizeof header, fresh);
    for (const auto* tensor : {&saved.values, &saved.first, &saved.second}) {
      const auto flat = tensor->to(at::kCPU, at::kFloat).contiguous();
      write_all(out.descriptor, flat.data_ptr<float>(), static_cast<std::size_t>(flat.numel()) * sizeof(float), fresh);
    }
    if (fsync(out.descriptor) != 0) fail(fresh);
  }
  if (std::rename(fresh.c_str(), file.c_str()) != 0) fail(file);
  const auto folder = std::filesystem::absolute(file).parent_path();
  const File directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY));
  if (directory.descriptor >= 0) fsync(directory.descriptor);
}

std::optional<Checkpoint> read_checkpoint(const std::string& file, std::uint64_t fingerprint) {
  if (!std::filesystem::exists(file)) return {};
  std::ifstream in(file, std::ios::binary);
  Header header{};
  if (!in.read(reinterpret_cast<char*>(&header), sizeof header) ||
      std::memcmp(header.magic, kMagic, sizeof kMagic) != 0)
    throw ConfigError(file + " is not a checkpoint of this version");
  if (header.fingerprint != fingerprint) throw ConfigError("checkpoint " + file + " belongs to another pretraining");
  constexpr auto kEach = 3 * static_cast<std::int64_t>(sizeof(float));  // bytes of a value and its two moments
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(file) - sizeof header);
  if (bytes % kEach != 0 || bytes / kEach != header.numbers || header.steps < 0)
    throw ConfigError("checkpoint " + file + " is cut off");
  Checkpoint out{header.fingerprint, header.learning_rate, header.tuning_flops, header.core_seconds, {}};
  out.saved.steps = header.steps;
  for (auto* tensor : {&out.saved.values, &out.saved.first, &out.saved.second}) {
    *tensor = at::empty({header.numbers}, at::kFloat);
    in.read(reinterpret_cast<char*>(tensor->data_ptr<float>()),
            static_cast<std::streamsize>(header.numbers * static_cast<std::int64_t>(sizeof(float))));
  }
  if (!in) throw ConfigError("checkpoint " + file + " cannot be read to its end");
  return out;
}

}  // namespace madsearch
