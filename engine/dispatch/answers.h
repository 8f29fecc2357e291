#pragma once
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// Is the reply of the kind that the request asks for?
bool answers(const Reply& reply, const Request& request);

/// Says in the record of a training or pretraining who computed it; does nothing to another reply.
void set_provenance(Reply& reply, const Provenance& provenance);

/// What a request is about: the design that it trains, the primitive that it examines; "" of a timing of several.
std::string subject_of(const Request& request);

/// The outcome that an answer tells: kFailed of an error, kOk of what is no training.
Outcome outcome_of(const Reply& reply);

bool is_refused(const Reply& reply);  // for want of memory, without a try
/// Why an answer's outcome is not ok; "" if it doesn't say.
std::string message_of(const Reply& reply);
void set_message(Reply& reply, const std::string& message);

/// The answer to a request that has no result: a record with `outcome` for a training or a pretraining, else an error.
Reply without_result(const Request& request, Outcome outcome, const std::string& why);

}  // namespace madsearch
