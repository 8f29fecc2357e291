#pragma once
#include "engine/run/session.h"

namespace madsearch {

/// Searches and confirms on fresh seeds, from where the store stands. When the search's share of the time is over, the
/// search is closed and the confirmation begins. Returns false if there was no time for all of it. Throws Interrupted
/// when the user or the clock ends the run.
bool search_and_confirm(Session& session);

}  // namespace madsearch
