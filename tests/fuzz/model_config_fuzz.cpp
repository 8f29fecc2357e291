// The config.json of a model. Refused by ConfigError.
#include "configs/errors.h"
#include "search/architecture/model_configs/model_config.h"
#include "search/architecture/parser.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_model_config(const std::uint8_t* data, std::size_t size) {
  try {
    const auto design = read_model_config(Reader::text(text_of(data, size), "config.json"));
    hold(canonical(parse(text(design.genome))) == design.genome, "a model's genome is a text");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
