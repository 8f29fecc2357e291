#include "primitives/kernels/built_for.h"

namespace madsearch::kernels {
namespace {

// A macro that is defined as 1 is spelled "1", one that is not is spelled as its name.
#define MADSEARCH_SPELLED(macro) #macro
#define MADSEARCH_BIT(macro, name) MADSEARCH_SPELLED(macro)[0] == '1',
constexpr bool defined[] = {MADSEARCH_PROCESSOR_FEATURES(MADSEARCH_BIT)};
#undef MADSEARCH_BIT
#undef MADSEARCH_SPELLED

constexpr std::uint64_t bits() {
  std::uint64_t out = 0, bit = 1;
  for (const bool one : defined) {
    if (one) out |= bit;
    bit <<= 1;
  }
  return out;
}

}  // namespace

constexpr std::uint64_t kBuiltFor = bits();

}  // namespace madsearch::kernels
