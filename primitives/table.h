#pragma once
#include <vector>

#include "primitives/primitive.h"

namespace madsearch {

/// Every primitive, by name. A genome stores the name, never the row.
const std::vector<Primitive>& primitives();
/// The row of that name, nullptr if there is none.
const Primitive* find_primitive(const std::string& name);

}  // namespace madsearch
