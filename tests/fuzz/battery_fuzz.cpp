// The YAML of a battery. Refused by ConfigError; what is read has settings that can be trained.
#include "configs/errors.h"
#include "mad_tasks/battery.h"
#include "tests/fuzz/support.h"
#include "tests/fuzz/targets.h"

namespace madsearch {

int fuzz_battery(const std::uint8_t* data, std::size_t size) {
  try {
    const auto battery = read_battery(Reader::text(text_of(data, size), "battery.yaml"));
    hold(battery.hash().size() == 16, "a battery has a hash");
    hold(!battery.tasks.empty() && !battery.grid.empty(), "a battery has tasks and a grid");
    hold(battery.longest() > 0, "an input has a length");
    hold(battery.total_steps() > 0, "a battery has steps");
  } catch (const ConfigError&) {
  }
  return 0;
}

}  // namespace madsearch
