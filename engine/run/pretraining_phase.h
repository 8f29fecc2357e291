#pragma once
#include "engine/run/session.h"

namespace madsearch {

/// Pretrains the designs that were chosen (chosen_designs.h) and that the store holds no pretraining of. Throws
/// OtherData (data_check.h), and Interrupted when the user or the clock ends the run; what is not done then stays in
/// its checkpoint.
void pretrain_chosen(Session& session);

}  // namespace madsearch
