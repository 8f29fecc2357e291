#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "search/architecture/alphabet.h"
#include "search/architecture/templates/template.h"

namespace madsearch {

/// One primitive that may stand at a place.
struct Choice {
  std::string primitive;
  Alphabet::Allowed fixed;  // knobs that are written with values
  Alphabet::Allowed drawn;  // these, and those that are written as "?" with their legal values

  bool accepts(const Block& block) const;
};

/// A place of a template, in terms of a search.
struct TemplatePlace {
  std::size_t leader = 0;   // the first place of its label, whose block stands here, too; its own number otherwise
  std::size_t written = 0;  // copies of a repeated group have the same
  std::vector<Choice> choices;

  /// The choice that the block, but for its label, is one of; nullptr if it may not stand here.
  const Choice* choice_of(const Block& block) const;
  bool accepts(const Block& block) const { return choice_of(block) != nullptr; }
  /// Whether any choice, or every one, is `primitive`.
  bool may_be(const std::string& primitive) const;
  bool must_be(const std::string& primitive) const;
};

/// The places of a template; some may have no choice. `alphabet` must know every primitive that is named.
/// `primitives`: those that a hole stands for.
std::vector<TemplatePlace> places_of(const Template& design, const Alphabet& alphabet,
                                     const std::vector<std::string>& primitives);

/// The blocks of `genome` at the places of the template, without labels, if it has its layout and each block may stand
/// where it does. Branches are in any order.
std::optional<std::vector<Block>> fitted(const Genome& genome, const Template& design,
                                         const std::vector<TemplatePlace>& places);

/// The genome with these blocks at the places of the template.
Genome filled(const Template& design, const std::vector<TemplatePlace>& places, const std::vector<Block>& blocks);

/// The blocks that read what the stripe reads, and those of which the stripe's result is made, as places in order of
/// evaluation.
std::vector<std::size_t> first_places(const Genome& genome);
std::vector<std::size_t> last_places(const Genome& genome);

}  // namespace madsearch
