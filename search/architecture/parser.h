#pragma once
#include <string_view>

#include "search/architecture/genome.h"

namespace madsearch {

struct Template;  // templates/template.h

/// What a knob means that a text does not write.
enum class Unwritten {
  kDefault,  // in a text of today
  kBefore    // in an expanded or an older one: what it had before it was added (Knob::before)
};

/// Reads the text of an architecture:
///
///   stripe = stage { stage }
///   stage  = block | "[" stripe "]x" TIMES | "(" stripe "+" stripe { "+" stripe } ")" [ "{" "merge" "=" MERGE "}" ]
///   block  = PRIMITIVE [ "{" KNOB "=" VALUE { "," KNOB "=" VALUE } "}" ] [ "@" LABEL [ ":kv" ] ]
///
/// e.g. "[mamba swiglu]x3 (attention{heads=4}@a + gla) attention{heads=4}@a". Repeats are expanded, at most 128 blocks
/// in all; groups stand at most 16 deep, and a text has at most 64 KiB. Knobs that are not written take their defaults.
/// The genome is as written, not canonical. `name` is what messages call the text ("design", a file). Throws
/// ConfigError with place and did-you-mean. Whether the knobs fit a width, and labels one another, is not checked
/// (search/architecture/validity.h).
Genome parse(std::string_view text, std::string_view name = "design", Unwritten unwritten = Unwritten::kDefault);

/// Reads what expanded_text wrote, now or in an earlier release: knobs that are not written have the value that they
/// had before they were added. Throws as parse does.
Genome parse_expanded(std::string_view text, std::string_view name = "design");

/// Reads a template, which is a design's text in which holes may stand:
///
///   block  = ( PRIMITIVE [ "{" knob { "," knob } [ "," "?" ] "}" ] | hole ) [ "@" LABEL [ ":kv" ] ]
///   hole   = "?" [ NAME { "|" NAME } ] [ "{" knob { "," knob } "}" ]      NAME: a primitive, "sequence" or "channel"
///   knob   = KNOB "=" ( "?" | VALUE { "|" VALUE } )
///
/// A hole is any primitive of the search, or one of the names behind it; a knob's "?" is any of its legal values, "?"
/// among knobs stands for all that are not written. Knobs that a hole doesn't name are free, those of a named
/// primitive are at their defaults. Copies of a repeated group are filled one by one. Throws ConfigError as parse does.
Template parse_template(std::string_view text, std::string_view name = "template",
                        Unwritten unwritten = Unwritten::kDefault);

/// For people: the short text of an expanded one.
std::string short_text(std::string_view expanded);

}  // namespace madsearch
