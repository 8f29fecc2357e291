#pragma once
#include <string>

#include "engine/study/nearest_published.h"
#include "record.h"

namespace madsearch {

/// The published design nearest to one, and what it got; unknown where there is none.
Value facts(const std::optional<NearestPublished>& nearest);

/// The same for people: a line of how near it is, then a line a comparison. `nearest`: what facts gave, "" where it is
/// unknown. `of` is put in front: "gla: ".
std::string nearest_text(const Value& nearest, const std::string& of);

}  // namespace madsearch
