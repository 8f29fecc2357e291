#pragma once
#include <string>

namespace madsearch {

/// The data sheet of a primitive: the comment right above `Primitive NAME();` in its header, without slashes. "" for a
/// name without one. Sheets are written in the headers only; cmake/data_sheets.cmake puts them into the program.
/// docs/primitives.md begins with the symbols that all sheets use.
std::string data_sheet(const std::string& name);

}  // namespace madsearch
