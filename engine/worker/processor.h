#pragma once
#include <cstdint>
#include <string>

namespace madsearch {

/// The features that this program's kernels were built for, like "sse3 avx2 fma"; "" for a build without
/// MADSEARCH_NATIVE, which runs on every processor of its kind. `features`: bits as kernels::kBuiltFor.
std::string names_of(std::uint64_t features);
std::string built_for();

/// The features of the list in primitives/kernels/built_for.h that this machine's processor has.
std::uint64_t processor_features();

/// "" if a processor with the features `has` runs what was built for `built`, else a sentence that names what it lacks.
std::string processor_refusal(std::uint64_t built, std::uint64_t has);
/// The same of this program on this machine. To be asked before any kernel runs.
std::string processor_refusal();

}  // namespace madsearch
