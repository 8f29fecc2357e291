#pragma once
#include <vector>

#include "primitives/primitive.h"

namespace madsearch {

/// Every primitive, by name. A genome stores the name, never the row.
const std::vector<Primitive>& primitives();
/// nullptr if there is none of that name.
const Primitive* find_primitive(const std::string& name);

}  // namespace madsearch
