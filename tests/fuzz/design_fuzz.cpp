// The YAML of a hand design. Refused by ConfigError.
#include "configs/errors.h"
#include "search/architecture/designs.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_design(const std::uint8_t* data, std::size_t size) {
  try {
    const auto design = read_design(Reader::text(text_of(data, size), "design.yaml"));
    hold(canonical(design.genome) == design.genome, "a design's genome is canonical");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
