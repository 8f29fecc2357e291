#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

namespace madsearch {

/// The repository's texts: a path from its root, and what stands there.
using Files = std::map<std::string, std::string>;

/// What breaks a rule, one sentence each, saying what to do; empty when the rule holds.
using Complaints = std::vector<std::string>;

/// Sources, scripts, configs and documents below `root`, without builds, data and what git ignores.
Files read_repository(const std::string& root);

/// Every include that `rooms` (as kRooms) doesn't allow, every source that lies in no room, and every line of `rooms`
/// that names a room above itself.
Complaints arrows(const Files& files, const std::string& rooms);

/// Sources that include each other in a circle, NAME.h and NAME.cpp taken as one, with their `parts` (as kParts). In
/// kernels/ each file stands alone: there a launcher's .cpp holds the loop that the launcher's header describes.
Complaints circles(const Files& files, const std::string& parts);

/// Every source outside of tests/ that includes a library of `doors` (as kDoors) without being named there.
Complaints doors(const Files& files, const std::string& doors);

/// Data sheets (NAME.h and NAME.cpp beside a NAME_mixer.cpp) that reach LibTorch: search reads them without it.
Complaints sheets_with_torch(const Files& files);

/// Texts that name a document which a reader of the repository doesn't have.
Complaints missing_documents(const Files& files);

/// Lines of sources, scripts and configs of more than 120 characters.
Complaints long_lines(const Files& files);

/// Lines that declare several values with initial ones, "double a = 0, b = 0;". Sizes of tensors with the letters of
/// papers, "const auto R = x.size(0), B = x.size(1);", may stand together; kernels are left as they are.
Complaints lists_of_declarations(const Files& files);

/// Types of one name in one namespace that two files define, anonymous namespaces left out: a program that links both
/// has a type with two definitions, which no compiler sees.
Complaints types_of_one_name(const Files& files);

/// Sources that no CMakeLists.txt lists: they are never compiled, and their tests never run.
Complaints unlisted_sources(const Files& files);

/// Paths that documents (.md, but CHANGELOG.md) and sources name and that aren't there. `there`: every file.
Complaints missing_paths(const Files& files, const std::set<std::string>& there);

/// Every file below `root` and every folder (with "/" at its end).
std::set<std::string> paths_below(const std::string& root);

}  // namespace madsearch
