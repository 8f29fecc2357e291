#pragma once
#include <string>

namespace madsearch {

/// The data sheet of a primitive as its header gives it: the comment above `Primitive NAME();`, without the slashes. ""
/// for a name that has no row. The headers are the only place where it is written; CMake puts them into the program.
std::string data_sheet(const std::string& name);

}  // namespace madsearch
