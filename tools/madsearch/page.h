#pragma once
#include <optional>
#include <string>

#include "record.h"

namespace madsearch {

/// The page of `serve` and `report` with `data` in it, one file of HTML that fetches nothing from elsewhere: what
/// tools/page/src/data.ts calls Given. Nothing if this madsearch was built without the page.
std::optional<std::string> page_with(const Value& data);

/// Why a madsearch that was built without the page has none, and what it offers instead.
inline constexpr const char* kNoPage =
    "this madsearch was built without its page, as Node or npm was missing; `madsearch front`, `show` and `report "
    "--format md` print what it would draw";

}  // namespace madsearch
