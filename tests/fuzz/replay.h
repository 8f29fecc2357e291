#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/folders.h"

namespace madsearch {

/// Hands every file of tests/fuzz/corpus/`name` to `target`, which must take less than a second for each.
inline void replay(const std::string& name, int (*target)(const std::uint8_t*, std::size_t)) {
  const std::filesystem::path folder = in_source("tests/fuzz/corpus/" + name);
  int cases = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const auto began = std::chrono::steady_clock::now();
    EXPECT_NO_THROW(target(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())) << entry.path();
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1)) << entry.path();
    ++cases;
  }
  EXPECT_GT(cases, 0) << folder;
}

}  // namespace madsearch
