#include "primitives/channel/identity.h"

namespace madsearch {

Primitive identity() {
  return {.name = "identity",
          .family = "identity",
          .kind = Kind::kChannel,
          .equation = "y = x",
          .source = "arXiv:1603.05027, section 3",
          .knobs = {},
          .cost = [](const Settings&, CountedShape) -> Cost { return {}; },
          .valid = [](const Settings&, Shape) { return std::string(); }};
}

}  // namespace madsearch
