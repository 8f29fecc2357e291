#pragma once

namespace madsearch {

/// The release, like "0.1.0".
extern const char* const kVersion;

/// The commit that this program was built from, like "7861cc5"; with "-dirty" when files differed from it, "unknown"
/// when the sources were not a git checkout. Whether scores may be mixed is said by kScoring (results/scoring.h).
extern const char* const kRevision;

/// The compiler and the build type, like "GNU 12.2.0, Release".
extern const char* const kCompiler;

}  // namespace madsearch
