#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/architecture/alphabet.h"
#include "search/architecture/sizes.h"
#include "search/architecture/templates/steered.h"
#include "search/architecture/templates/steering.h"
#include "search/loop/space.h"

namespace madsearch {

/// Which architectures a search may propose.
struct ArchitectureLimits {
  std::vector<std::string> primitives;         // names, at least one sequence mixer
  std::int64_t stages = 8;                     // blocks of every candidate
  Shape shape;                                 // where candidates are trained: width, longest length, protocol
  std::vector<std::int64_t> widths;            // further widths at which a candidate must be valid
  std::optional<std::int64_t> parameters;      // active, without embeddings; default: transformer++ of as many stages
  std::int64_t max_window = 0;                 // tokens that a windowed attention may read, sinks included; 0: any
  std::int64_t state_length = 0;               // tokens after which state is counted; 0: as many as `shape` has
  std::optional<std::int64_t> max_state;       // numbers, exact, at `served`
  std::optional<std::int64_t> max_parameters;  // all, without embeddings
  std::optional<std::int64_t> max_flops;       // forward, one sequence
  bool parallel = true;                        // whether branches may be made
  bool sharing = true;                         // whether labels may be made
  Steering steering;                           // templates have layouts of their own, whatever the two above say

  /// Where state is counted.
  Shape served() const { return {shape.width, state_length > 0 ? state_length : shape.length, shape.protocol}; }
  /// Where a candidate must be valid.
  std::vector<Shape> shapes() const {
    std::vector<Shape> out{shape};
    for (const auto other : widths) out.push_back({other, shape.length, shape.protocol});
    return out;
  }
};

/// The space of striped architectures.
class Architectures : public Space {
 public:
  /// Throws std::invalid_argument for an unknown primitive, for one that is valid at no setting of its knobs, and if
  /// none is a sequence mixer; SteeringError as Steered does.
  explicit Architectures(ArchitectureLimits limits);

  /// "" if the candidate keeps the limits, else why not. A hand design may fix its own sizes and use any block and
  /// window.
  std::string refusal(const Genome& genome, bool hand_design = false) const;
  /// "" if the candidate or hand design keeps to the steering, else why not.
  std::string objection(const Genome& genome) const { return steered_ ? steered_->objection(genome) : ""; }
  /// "" if a random candidate is found, else why the last that was drawn was refused.
  std::string nothing_drawn(Rng& rng) const;
  /// How many designs a steered search has, if there are `most` fillings of its templates or fewer.
  std::optional<std::int64_t> designs(double most) const;
  /// Fillings of its templates, with those that break counts or limits.
  double fillings() const { return steered_ ? steered_->fillings() : 0; }
  /// The genome as it is trained and costed: `inner=auto` solved at the shape's width.
  Sized sized(const Genome& genome) const;
  const ArchitectureLimits& limits() const { return limits_; }
  const Alphabet& alphabet() const { return alphabet_; }

  std::optional<std::string> random(Rng& rng) const override;
  Child mutate(const std::string& parent, int operators, Rng& rng) const override;
  Child cross(const std::string& a, const std::string& b, Rng& rng) const override;
  /// without_convolution of it, if it keeps the limits as a hand design would.
  std::optional<std::string> counterfactual(const std::string& text) const override;
  /// Half-decades of exact state where it is counted: floor(2 log10(1 + state)).
  int bin(const std::string& text) const override;

 private:
  std::string forbidden(const Genome& genome) const;
  std::optional<Genome> drawn(Rng& rng) const;
  std::optional<Steered::Variant> mutated(const Genome& parent, Rng& rng) const;
  Steered::Variant crossed(const Genome& a, const Genome& b, Rng& rng) const;
  std::string size_refusal(const Genome& genome, bool hand_design) const;
  std::string too_dear(const Genome& genome) const;

  ArchitectureLimits limits_;
  Alphabet alphabet_;
  std::optional<Steered> steered_;
};

}  // namespace madsearch
