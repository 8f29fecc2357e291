// A file of weights, whose header says what they are of. Refused by ConfigError; what is read is written the same way.
#include <nlohmann/json.hpp>

#include "configs/errors.h"
#include "engine/export/weights.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_weights(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = model_of_weights(file_of("a.safetensors", data, size));
    hold(model.width > 0 && model.vocabulary > 0 && model.length > 0, "sizes are positive");
    const auto config = nlohmann::json::parse(config_json(model));
    hold(config.at("hidden_size") == model.width, "config.json has the width");
    hold(to_metadata(model).at("width") == std::to_string(model.width), "the width is written as it was");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
