#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace madsearch {

struct Document {
  std::string name;
  std::vector<std::int32_t> tokens;
};

}  // namespace madsearch
