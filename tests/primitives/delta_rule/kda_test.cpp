#include <gtest/gtest.h>

#include "primitives/table.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

TEST(KDA, FadesEachKeyChannelByItsOwnRate) {
  for (const std::int64_t heads : {1, 3})
    for (const std::string on : {"off", "on"})
      expect_agreement(passes("kda", {{"heads", heads}, {"conv", 3}, {"negative_eigenvalues", on}}, {12, 10}),
                       [&](const Pass& pass) {
                         DeltaPlain plain{.heads = heads, .key = 12 / heads, .value = 12 / heads, .taps = 3};
                         plain.negative_eigenvalues = on == "on";
                         decay_and_gate_channels(plain, pass);
                         return delta_layer(pass, plain);
                       });
}

}  // namespace
}  // namespace madsearch
