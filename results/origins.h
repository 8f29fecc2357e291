#pragma once

namespace madsearch {

/// The origin of a candidate that was drawn at random beside the search, to hold it against: it is bred from by nobody,
/// and on no front.
inline constexpr const char* kRandomControl = "random control";

}  // namespace madsearch
