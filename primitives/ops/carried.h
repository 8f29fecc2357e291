#pragma once
#include <ATen/core/Tensor.h>

namespace madsearch {

/// What a recurrence gives: its outputs, and its state after the last token.
struct Carried {
  at::Tensor output, state;
};

}  // namespace madsearch
