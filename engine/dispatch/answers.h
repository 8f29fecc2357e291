#pragma once
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// Is the reply of the kind that the request asks for?
bool answers(const Reply& reply, const Request& request);

/// Says in the record of a training or pretraining who computed it; does nothing to another reply.
void set_provenance(Reply& reply, const Provenance& provenance);

/// The answer to a request that has no result: a record with `outcome` for a training or a pretraining, else an error.
Reply without_result(const Request& request, Outcome outcome, const std::string& why);

}  // namespace madsearch
