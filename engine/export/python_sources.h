#pragma once
#include <map>
#include <string>

namespace madsearch {

/// The files of engine/export/python, by name: "layers.py". cmake/text_files.cmake puts them into the program.
const std::map<std::string, std::string>& python_sources();

}  // namespace madsearch
