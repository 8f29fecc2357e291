#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

// In the set of a hole, beside names of primitives: all of a kind that the search has.
inline constexpr const char* kSequenceMixers = "sequence";
inline constexpr const char* kChannelMixers = "channel";

/// What may stand at one place of a template, as it is written.
struct Pattern {
  bool hole = false;                                    // "?"; otherwise one primitive by name
  std::vector<std::string> names;                       // of primitives, or of a kind; none: all of the search
  std::map<std::string, std::vector<KnobValue>> knobs;  // what each may be; an empty list: any legal value. Knobs that
                                                        // are missing are free, which happens to holes alone
  friend bool operator==(const Pattern&, const Pattern&) = default;
};

/// A design with holes (parser.h has the grammar).
struct Template {
  std::string text;                  // as it was written, or of which design it was made
  Genome layout;                     // labels, branches and merges; its blocks are empty but for their labels
  std::vector<Pattern> patterns;     // of the blocks, in order of evaluation
  std::vector<std::size_t> written;  // of each block which pattern of the text it is: copies of a group have one
};

/// Whether a text is that of a template: whether it has a "?", or a "|" between values.
bool has_holes(std::string_view text);

/// Drops labels that stand at one block only; a sentence if what others share contradicts itself, else "".
std::string settle_labels(Template& design);

/// Its text without repeats and with every knob of a named primitive, as expanded_text of a genome has it;
/// parse_template reads it with
/// Unwritten::kBefore.
std::string expanded_text(const Template& design);

/// What is written at one place, for people: knobs of a named primitive that are at their defaults are left out.
std::string text_at(const Template& design, std::size_t place);

/// The template repeated until it has `stages` blocks. Throws ConfigError if `stages` is no multiple of its blocks.
Template repeated(const Template& design, std::int64_t stages);

/// The template of all designs that differ from `genome` in sequence mixers alone: each is a hole for them, but for
/// attention whose keys and values others read, and those.
Template with_free_mixers(const Genome& genome, const std::string& name);

}  // namespace madsearch
