#pragma once
#include <string>
#include <vector>

#include "search/architecture/genome.h"

namespace madsearch {

/// Something that can be said of a design in a number.
struct Feature {
  std::string group;   // "primitive", "position", "attention" or "neighbours"
  std::string name;    // "mamba", "mamba later", "attention before mlp"
  double unit = 1;     // the step that an effect is told for
  double average = 0;  // where one grows as others of its group shrink: its share of what they are in a mean design
};

/// Features of designs, a row a design. Those that fewer than five designs have, or that all have alike, are left out.
///
///   primitive   its share of all blocks; step: one block of it in place of an average one
///   position    where its blocks stand; step: one block of it last and an average one first, instead of the reverse
///   attention   its share of the sequence mixers, from none to all, and how near that is to a half, from pure to half
///   neighbours  the share of pairs that follow one another directly, by family; step: one pair in place of an average
///               one. A group of branches follows what is before it with each branch, and so does what is behind it
struct DesignFeatures {
  std::vector<Feature> features;
  std::vector<std::vector<double>> rows;
};
DesignFeatures design_features(const std::vector<Genome>& designs);

}  // namespace madsearch
