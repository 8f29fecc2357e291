#pragma once
#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/folders.h"

namespace madsearch {

// Of the processor: a machine that is busy takes no longer, a program that looks after every access does.
#ifdef __SANITIZE_ADDRESS__
inline constexpr double kMostSeconds = 10;
#else
inline constexpr double kMostSeconds = 1;
#endif

/// Hands every file of tests/fuzz/corpus/`name` to `target`, which must take less than kMostSeconds for each.
inline void replay(const std::string& name, int (*target)(const std::uint8_t*, std::size_t)) {
  const std::filesystem::path folder = in_source("tests/fuzz/corpus/" + name);
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const auto began = std::clock();
    EXPECT_NO_THROW(target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())) << entry.path();
    EXPECT_LT(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC, kMostSeconds) << entry.path();
    ++cases;
  }
  EXPECT_GT(cases, 0) << folder;
}

}  // namespace madsearch
