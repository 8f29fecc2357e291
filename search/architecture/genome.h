#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "configs/knobs.h"

namespace madsearch {

/// A residual stage of one primitive: x + Mixer(Norm(x)).
struct Block {
  std::string primitive;
  Settings settings;              // complete: every knob of the primitive
  std::string label;              // "" or "a": blocks of one label share one weight set, each has a state of its own
  bool keys_values_only = false;  // @a:kv: reads the keys and values of the first block of its label, shares no weights
  friend bool operator==(const Block&, const Block&) = default;
};

/// Knobs in which an @a:kv use must agree with the block whose keys and values it reads.
inline constexpr std::array kCacheKnobs = {"heads", "kv_heads", "qk_norm", "rotary", "conv"};

struct Stage;
using Stripe = std::vector<Stage>;  // residual stages in series

/// How parallel branches become one, written behind their group as {merge=sum}. With x where n branches part and b_i
/// what branch i adds to it:
///
///   norms      x + (1/n) Σ_i β_i * RMSNorm(b_i), β_i in R^D, ones at first: the default
///   sum        x + Σ_i b_i                                                  Falcon-H1, arXiv:2507.22448, section 2
///   projected  x + ((1/n) Σ_i β_i * RMSNorm(b_i)) Wo                        Hymba, arXiv:2411.13676, section 2.1
enum class Merge { kNorms, kSum, kProjected };
inline constexpr std::array kMerges = {Merge::kNorms, Merge::kSum, Merge::kProjected};
std::string to_text(Merge merge);  // "norms", "sum", "projected"

/// Either one block, or two or more parallel branches from one input.
struct Stage {
  Block block;
  std::vector<Stripe> branches;  // empty for a block
  Merge merge = Merge::kNorms;   // of the branches
  bool parallel() const { return !branches.empty(); }
  friend bool operator==(const Stage&, const Stage&) = default;
};

/// An architecture, expanded: no repeats left. Its text is its identity (search/architecture/parser.h has the grammar).
struct Genome {
  Stripe stages;
  friend bool operator==(const Genome&, const Genome&) = default;
};

/// Sorts branches by text, renames labels by first use ("a", "b", ...) and drops labels that stand at one block only,
/// so that equal architectures become equal. Beyond 5,000 orders of branches that differ in label names alone, the
/// order as written decides.
Genome canonical(Genome genome);

/// The canonical short text: knobs at their defaults are left out, and repeats are folded to the shortest form (of
/// equally short ones the first in lexicographic order).
std::string text(const Genome& genome);
/// The canonical text, expanded, with every knob written but those that were added to their primitive later and have
/// the value of before (Knob::before): what is stored, sent and hashed, as neither a default that changes nor a knob
/// that is added changes its meaning. parse_expanded reads it.
std::string expanded_text(const Genome& genome);
/// Of expanded_text, 16 hexadecimal digits.
std::string hash(const Genome& genome);

/// All blocks in order of evaluation.
std::vector<const Block*> blocks(const Genome& genome);
std::vector<Block*> blocks(Genome& genome);

/// How many blocks there are, in series or parallel.
std::int64_t block_count(const Stage& stage);
std::int64_t block_count(const Stripe& stripe);
std::int64_t block_count(const Genome& genome);

}  // namespace madsearch
