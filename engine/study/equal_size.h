#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "search/architecture/sizes.h"

namespace madsearch {

/// Makes variants of a design as large as it is, whatever their number of blocks, so that what they score is not owed
/// to parameters: by the rule of a search (search/architecture/sizes.h) to the same target. A design that fixes its own
/// sizes, or can't be made so large, sets its own target, its active parameters at the shape.
class EqualSize {
 public:
  /// `parameters`: active ones at `shape`, which a search gives to designs of as many blocks; without, those of
  /// transformer++. Throws TooLarge.
  EqualSize(const Genome& design, Shape shape, std::optional<std::int64_t> parameters = {});

  const Genome& design() const { return design_.genome; }  // sized
  std::int64_t parameters() const { return parameters_; }  // the target, active ones at the shape

  /// A variant as it is trained beside the design.
  struct Variant {
    Genome genome;        // sized
    std::string refusal;  // why it can't be compared: it is not valid, mixes no tokens or is not as large; "" if it can
  };
  Variant variant(const Genome& genome) const;

 private:
  /// Sizes solved, and by how much active parameters are off if that is too much, else 0.
  std::pair<Genome, double> solved(const Genome& genome) const;

  Shape shape_;
  Sized design_;
  bool by_rule_ = true;
  std::int64_t parameters_ = 0;
};

}  // namespace madsearch
