#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "search/architecture/alphabet.h"
#include "search/architecture/templates/places.h"
#include "search/architecture/templates/steering.h"

namespace madsearch {

/// Something that no design can keep to, by the key that asks for it ("template", "at_most").
class SteeringError : public std::invalid_argument {
 public:
  SteeringError(std::string key_in, const std::string& sentence)
      : std::invalid_argument(sentence), key(std::move(key_in)) {}
  std::string key;
};

/// The designs that keep to a steering, whatever they cost.
class Steered {
 public:
  /// What holds for the search beside.
  struct Frame {
    std::vector<std::string> primitives;  // that a hole stands for
    std::vector<Shape> shapes;
    std::int64_t max_window = 0;
    std::int64_t stages = 0;
  };
  /// Throws SteeringError where a place of a template may hold nothing, and where a count can't be kept.
  Steered(Steering steering, Frame frame);

  /// Whether variation is by mutate and cross of this class, as layouts are fixed.
  bool fixes_layout() const { return !steering_.templates.empty(); }
  /// "" if the genome keeps to the steering, else why not: "its block 3 is swiglu, where the template has ?sequence".
  std::string objection(const Genome& genome) const;

  /// A design: each place is drawn as the alphabet draws a block. Copies of a repeated group are alike half of the
  /// time. Nothing where the counts were not met in a bounded number of changes.
  std::optional<Genome> draw(Rng& rng) const;

  struct Variant {
    Genome genome;
    std::string name;  // of the operator
  };
  /// One change of one or two places; nothing if the one that was drawn finds none. Counts may be broken. Needs a
  /// parent without objection, as cross does, and fixes_layout.
  std::optional<Variant> mutate(const Genome& parent, Rng& rng) const;
  /// `a` with a run of places from `b`, or all from one on, where the blocks of `b` may stand there.
  Variant cross(const Genome& a, const Genome& b, Rng& rng) const;

  /// How many fillings the templates have; counts and limits leave fewer, equal branches count twice. Without
  /// templates those of the layout of as many stages in series.
  double fillings() const;
  /// Calls `visit` for every filling, equal designs perhaps twice, whether it keeps the counts or not.
  void each_filling(const std::function<void(const Genome&)>& visit) const;

 private:
  struct Layout {
    Template design;
    std::vector<TemplatePlace> places;
    std::vector<std::size_t> leaders;  // places that are filled for themselves
  };
  struct Filling {
    std::size_t layout = 0;
    std::vector<Block> blocks;
  };

  Layout layout_of(const Template& design) const;
  void check_counts(const Layout& layout) const;
  std::optional<Filling> filling_of(const Genome& genome) const;
  Genome genome_of(const Filling& filling) const;
  std::string mismatch(const Genome& genome) const;
  Block drawn(const Choice& choice, Rng& rng) const;
  Block drawn(const std::vector<const Choice*>& choices, Rng& rng) const;
  std::vector<std::size_t> ties(const Layout& layout, Rng& rng) const;
  std::int64_t count(const Layout& layout, const std::vector<Block>& blocks, const std::string& primitive) const;
  bool keep_counts(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const;
  bool give(const Layout& layout, std::vector<Block>& blocks, const std::string& primitive, bool more, Rng& rng) const;

  bool change_knob(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const;
  bool replace_block(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const;
  bool swap_blocks(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const;
  bool copy_block(const Layout& layout, std::vector<Block>& blocks, Rng& rng) const;

  Steering steering_;
  Frame frame_;
  Alphabet alphabet_;  // with every primitive that a template names
  std::vector<Layout> layouts_;
};

}  // namespace madsearch
