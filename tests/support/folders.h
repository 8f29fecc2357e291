#pragma once
#include <string>

namespace madsearch {

/// A path of the checkout that the tests were built from: in_source("configs").
std::string in_source(const std::string& path);

/// A path of the folder that they were built in: in_build("madsearch-worker").
std::string in_build(const std::string& path);

/// A new folder that is removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::string path;
};

}  // namespace madsearch
