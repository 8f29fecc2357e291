#pragma once
#include <string>

#include "engine/dispatch/messages.h"

namespace madsearch {

/// Reads a line of a worker, as from_line does (messages.h), with every text in it made printable and bounded
/// (configs/text.h): whatever a worker says may be shown, logged and stored. Throws std::invalid_argument, with a
/// printable sentence, for what is no message.
MessageLine let_in(const std::string& line);

}  // namespace madsearch
