#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "engine/run/config.h"

namespace madsearch {

/// A run's request to pretrain the design of a canonical text, without a checkpoint.
PretrainRequest pretrain_request(const RunConfig& config, const std::string& id, const std::string& design);

/// What pretraining, beside the battery ("text of NAME") and after the search, is going to do with the controls, the
/// hand designs and transformer++ of as many stages as the search's candidates, whose size all have: one of `workers`
/// reads the data, plans and predicts memory, by the code that will train, and trains nothing. Empty without
/// pretraining. Throws ConfigError, with the worker's sentence and the place in the configuration, if one can't be
/// pretrained, and Interrupted once `stop` (may be nullptr) is set.
std::vector<PretrainReply> plan_pretraining(const RunConfig& config, Coordinator& workers,
                                            const std::atomic<bool>* stop = nullptr);

}  // namespace madsearch
