#pragma once
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/folders.h"

namespace madsearch {

/// A promise that did not hold; no type that a target takes for an answer.
class Violation : public std::exception {
 public:
  explicit Violation(std::string promise) : promise_(std::move(promise)) {}
  const char* what() const noexcept override { return promise_.c_str(); }

 private:
  std::string promise_;
};

inline void hold(bool kept, const std::string& promise) {
  if (!kept) throw Violation(promise);
}

inline std::string text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A file with these bytes, for readers that take no others; the same one each time.
inline std::filesystem::path file_of(const char* name, const std::uint8_t* data, std::size_t size) {
  static const TemporaryFolder folder;
  const auto path = std::filesystem::path(folder.path) / name;
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  return path;
}

}  // namespace madsearch
