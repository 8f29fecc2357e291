// The YAML of a search. Refused by ConfigError.
#include "configs/errors.h"
#include "engine/run/config_reader.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_config(const std::uint8_t* data, std::size_t size) {
  static const auto configs = in_source("configs");
  const auto file = file_of("search.yaml", data, size);
  try {
    const auto config = read_run(file, configs);
    hold(config.hash() == read_run(file, configs).hash(), "the same file is the same search");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
