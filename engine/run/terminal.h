#pragma once
#include <functional>
#include <optional>

namespace madsearch {

/// How many columns the terminal behind stdout has; 80 where it doesn't tell, nothing where stdout is none.
std::optional<int> columns_of_stdout();

/// The same where that terminal can be expected to show pictures of letters: not where TERM is unset or dumb.
std::optional<int> columns_for_pictures();

/// How many columns the terminal behind stderr has, asked anew each time it is called, as windows change; 80 where it
/// doesn't tell. Empty where stderr is no terminal or one without a cursor to move (TERM=dumb).
std::function<int()> columns_of_stderr();

}  // namespace madsearch
