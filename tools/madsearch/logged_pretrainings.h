#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "command.h"
#include "engine/study/pretraining_log.h"

namespace madsearch {

/// A pretraining that a study asks for; the id of its request is its key in the log.
struct LoggedPretraining {
  PretrainRequest request;
  std::int64_t seed_set = 0;
};

/// Of these, each once, what the log lacks.
std::vector<LoggedPretraining> missing_in(const PretrainingLog& log, const std::vector<LoggedPretraining>& asked);

/// Trains all of them, says each on stderr and logs it in the file `name`. What goes wrong for a reason other than the
/// design is said and not logged, so that it is tried again the next time. Checkpoints stand beside the log while a
/// training is under way, so a kill costs minutes. Throws as answers (command.h).
void pretrain_logged(const std::vector<LoggedPretraining>& asked, const std::string& name, const WorkerOptions& workers,
                     PretrainingLog& log);

}  // namespace madsearch
