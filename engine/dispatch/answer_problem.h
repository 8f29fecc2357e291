#pragma once
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// What makes an answer one that no sound worker gives, "its test is nan, not a number from 0 to 1"; "" if nothing
/// does. Every number that is stored or shown is looked at. Precondition: the answer is of the request's kind.
std::string answer_problem(const Reply& reply, const Request& request);

}  // namespace madsearch
