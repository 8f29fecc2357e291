#pragma once
#include <string>
#include <vector>

#include "record.h"
#include "results/fields.h"

namespace madsearch {

inline Value printed(Outcome outcome) { return to_text(outcome); }
inline Value printed(Rung rung) { return to_text(rung); }
template <class Fact>
Value printed(const Fact& fact) {
  return fact;
}

/// Adds every field of a stored record (results/fields.h) to `out`; one that is there already keeps its place.
template <class Stored>
void add_fields(Record& out, const Stored& stored) {
  fields(stored, [&](const char* name, const auto& fact) { out.set(name, printed(fact)); });
}

}  // namespace madsearch
