#include "engine/worker/processor.h"

#include "primitives/kernels/built_for.h"

namespace madsearch {

std::string names_of(std::uint64_t features) {
#define MADSEARCH_NAME(macro, name) name,
  static const char* const names[] = {MADSEARCH_PROCESSOR_FEATURES(MADSEARCH_NAME)};
#undef MADSEARCH_NAME
  std::string out;
  for (const char* name : names) {
    if (features & 1) out += std::string(out.empty() ? "" : " ") + name;
    features >>= 1;
  }
  return out;
}

std::string built_for() { return names_of(kernels::kBuiltFor); }

std::uint64_t processor_features() {
  std::uint64_t out = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  std::uint64_t bit = 1;
#define MADSEARCH_ASK(macro, name)               \
  out |= __builtin_cpu_supports(name) ? bit : 0; \
  bit <<= 1;
  MADSEARCH_PROCESSOR_FEATURES(MADSEARCH_ASK)
#undef MADSEARCH_ASK
#endif
  return out;
}

std::string processor_refusal(std::uint64_t built, std::uint64_t has) {
  const auto lacking = built & ~has;
  if (lacking == 0) return "";
  return "this program was built for another processor: this one lacks " + names_of(lacking) +
         "; build it on this machine, or with -DMADSEARCH_NATIVE=OFF for all";
}

std::string processor_refusal() { return processor_refusal(kernels::kBuiltFor, processor_features()); }

}  // namespace madsearch
