#pragma once
#include <stdexcept>

namespace madsearch {

/// The machinery fails, not what was asked of it: workers that do nothing right any more. Nothing of what failed with
/// it is a result. The sentence says what happened last and the workers' command.
class MachineryError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace madsearch
