#pragma once
#include <string>

#include "results/front_report.h"
#include "results/validation.h"

namespace madsearch {

/// The first characters of a hash that people type.
std::string short_id(const std::string& hash);

std::string front_text(const FrontReport& report, const Validation& validation);
std::string front_json(const FrontReport& report, const Validation& validation);
std::string front_csv(const FrontReport& report);

/// Whether some member beats every hand design of equal or smaller state, said plainly.
std::string verdict(const FrontReport& report);

}  // namespace madsearch
