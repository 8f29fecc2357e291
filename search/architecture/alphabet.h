#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "configs/seed.h"
#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Which of the blocks that may be drawn: all, or of each primitive the one whose knobs have their defaults, with a
/// short convolution and without.
enum class NewBlocks { kPlain, kAll };

/// Whether a block has one of `values` as its knob, or would be the same block with one of them (kv_heads=1 of one
/// head is kv_heads=all).
bool has_one_of(const Block& block, const std::string& knob, const std::vector<KnobValue>& values);

/// The blocks that variation draws from: primitives allowed, and for each knob the values that are valid where
/// candidates are trained.
class Alphabet {
 public:
  /// Knob values that are not valid at every one of `shapes` (heads that do not divide a width) are left out, and so
  /// are those of windows and sinks that are together too_wide.
  /// Throws std::invalid_argument for an unknown name, and where no value of a knob is left.
  Alphabet(const std::vector<std::string>& primitives, const std::vector<Shape>& shapes, std::int64_t max_window);

  const std::vector<std::string>& sequence_mixers() const { return sequence_; }
  const std::vector<std::string>& channel_mixers() const { return channel_; }
  bool has(const std::string& primitive) const;
  /// The values of `knob` that search draws from, never empty; the default stands first if it is among them.
  const std::vector<KnobValue>& values(const std::string& primitive, const std::string& knob) const;
  /// Knobs with more than one value.
  std::vector<std::string> variable_knobs(const std::string& primitive) const;
  /// Whether the knobs of `block` are valid together at every shape and keep max_window.
  bool fits(const Block& block) const;
  /// A block of `primitive`: each knob keeps its default or, one time in three, takes another value; `conv` is none in
  /// every second block.
  Block draw(const std::string& primitive, Rng& rng) const;
  /// The values that some knobs of a block may have; the others are free.
  using Allowed = std::map<std::string, std::vector<KnobValue>>;
  /// The same where knobs are restricted: those of `allowed` are equally likely. Nothing if no such block fits.
  std::optional<Block> draw(const std::string& primitive, const Allowed& allowed, Rng& rng) const;
  /// All different blocks of `primitive` with `allowed` knobs that fit.
  std::vector<Block> all(const std::string& primitive, const Allowed& allowed) const;
  /// A block of any primitive; sequence and channel mixers are equally likely where there are both.
  Block draw(Rng& rng) const;
  /// Every block of `primitive` that draw can give, or the plain ones of them, in a fixed order. Never empty.
  std::vector<Block> blocks(const std::string& primitive, NewBlocks which) const;

 private:
  void add_blocks(const Allowed& values, Block& block, Allowed::const_iterator knob, std::vector<Block>& out) const;

  std::vector<Shape> shapes_;
  std::int64_t max_window_;
  std::vector<std::string> sequence_, channel_;
  std::map<std::string, std::map<std::string, std::vector<KnobValue>>> values_;
};

}  // namespace madsearch
