#pragma once
#include "configs/errors.h"

namespace madsearch {

/// A store in which nothing was stored, perhaps as its writer was killed at once.
class EmptyStore : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

}  // namespace madsearch
