#pragma once

namespace madsearch {

/// The origin of a candidate that was drawn at random beside the search, to hold it against: it is bred from by nobody,
/// and on no front.
inline constexpr const char* kRandomControl = "random control";

/// The origin of a member's counterfactual, the same design without convolutions; the member is its parent. It is asked
/// for once the front is confirmed and takes no part in anything. One that the search met by itself keeps its origin.
inline constexpr const char* kWithoutConvolution = "without convolution";

}  // namespace madsearch
