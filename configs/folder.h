#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace madsearch {

/// The folder `configs` that belongs to this program: $MADSEARCH_CONFIGS if that is set, else what
/// configs_folder_of(this program) says. Need not exist.
std::filesystem::path configs_folder();

/// ../share/madsearch/configs from the folder of `program` if there is one, as `cmake --install` puts it; else the one
/// of the sources that this program was built from.
std::filesystem::path configs_folder_of(const std::filesystem::path& program);

/// The files `configs`/WHAT/*.yaml, by name; `what`: "batteries", "designs". Throws ConfigError if there is no such
/// folder.
std::vector<std::filesystem::path> shipped_files(const std::filesystem::path& configs, const std::string& what);

/// The file that somebody names: a path (what ends in ".yaml" or holds a "/") as it is, else the shipped file of this
/// name in `configs`/FOLDER. `what` says in the message what it is: "battery". Throws ConfigError for a name that is
/// not there.
std::filesystem::path named_file(const std::string& what, const std::string& folder, const std::string& name_or_path,
                                 const std::filesystem::path& configs);

}  // namespace madsearch
