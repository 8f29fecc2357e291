#pragma once
#include "configs/errors.h"
#include "engine/run/session.h"

namespace madsearch {

/// The text for pretraining is gone, or another one than when the run was begun.
class OtherData : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

/// Throws OtherData, with what has changed and what to do, if that is so.
void check_data(const Session& session);

/// Pretrains the designs that were chosen (chosen_designs.h) and that the store holds no pretraining of. Throws
/// OtherData as check_data, and Interrupted when the user or the clock ends the run; what is not done then stays in its
/// checkpoint.
void pretrain_chosen(Session& session);

}  // namespace madsearch
