// The file of a pretraining's checkpoint. Refused by ConfigError; what is read is the same when it is written again.
#include <ATen/ATen.h>

#include "configs/errors.h"
#include "engine/worker/checkpoint.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_checkpoint(const std::uint8_t* data, std::size_t size) {
  const auto file = file_of("checkpoint", data, size);
  try {
    const auto read = read_checkpoint(file.string(), 0);
    hold(read.has_value(), "a file that is there is read or refused");
    write_checkpoint(file.string(), *read);
    std::ifstream in(file, std::ios::binary);
    const std::string written(std::istreambuf_iterator<char>(in), {});
    hold(written == text_of(data, size), "a checkpoint that is read is the one that was written");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
