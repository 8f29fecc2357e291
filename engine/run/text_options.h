#pragma once
#include <string>

#include "engine/run/setup.h"

namespace madsearch {

/// The small pretraining that every candidate gets beside the battery, so that bits a byte can be an objective. It is
/// no part of the score.
struct TextOptions {
  std::string setup;  // a shipped one's name or a YAML file; "" for none
  double times = 1;   // the setup's budget
  SetupFile file;     // of that setup

  bool empty() const { return setup.empty(); }
};

/// Training FLOPs of one.
double text_flops(const TextOptions& text);

/// What decides its result, in a line.
std::string to_text(const TextOptions& text);

}  // namespace madsearch
