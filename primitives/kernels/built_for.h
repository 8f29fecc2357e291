#pragma once
#include <cstdint>

namespace madsearch::kernels {

/// What compilers use of an x86-64 processor beyond the least one: FEATURE(macro, name), the macro that says that they
/// may, and the name for __builtin_cpu_supports.
#define MADSEARCH_PROCESSOR_FEATURES(FEATURE) \
  FEATURE(__SSE3__, "sse3")                   \
  FEATURE(__SSSE3__, "ssse3")                 \
  FEATURE(__SSE4_1__, "sse4.1")               \
  FEATURE(__SSE4_2__, "sse4.2")               \
  FEATURE(__SSE4A__, "sse4a")                 \
  FEATURE(__POPCNT__, "popcnt")               \
  FEATURE(__AVX__, "avx")                     \
  FEATURE(__AVX2__, "avx2")                   \
  FEATURE(__FMA__, "fma")                     \
  FEATURE(__F16C__, "f16c")                   \
  FEATURE(__BMI__, "bmi")                     \
  FEATURE(__BMI2__, "bmi2")                   \
  FEATURE(__LZCNT__, "lzcnt")                 \
  FEATURE(__MOVBE__, "movbe")                 \
  FEATURE(__ADX__, "adx")                     \
  FEATURE(__AVX512F__, "avx512f")             \
  FEATURE(__AVX512CD__, "avx512cd")           \
  FEATURE(__AVX512BW__, "avx512bw")           \
  FEATURE(__AVX512DQ__, "avx512dq")           \
  FEATURE(__AVX512VL__, "avx512vl")           \
  FEATURE(__AVX512IFMA__, "avx512ifma")       \
  FEATURE(__AVX512VBMI__, "avx512vbmi")       \
  FEATURE(__AVX512VBMI2__, "avx512vbmi2")     \
  FEATURE(__AVX512VNNI__, "avx512vnni")       \
  FEATURE(__AVX512BITALG__, "avx512bitalg")   \
  FEATURE(__AVX512VPOPCNTDQ__, "avx512vpopcntdq")

/// The features that the kernels were compiled for (MADSEARCH_NATIVE: all of the processor that compiled them); bit i
/// is feature i of the list. A plain number: reading it runs nothing that was compiled for them.
extern const std::uint64_t kBuiltFor;

}  // namespace madsearch::kernels
