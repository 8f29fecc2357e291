// Hands libFuzzer the target that CMake names.
#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return madsearch::FUZZ_TARGET(data, size);
}
