#pragma once
#include "configs/errors.h"
#include "engine/run/session.h"

namespace madsearch {

/// A text to train on is gone, or another one than when the run was begun.
class OtherData : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

/// Throws OtherData, with what has changed and what to do, if that is so of the text that is trained on after the
/// search.
void check_pretraining_data(const Session& session);
/// The same of the text beside the battery.
void check_text_data(const Session& session);

}  // namespace madsearch
