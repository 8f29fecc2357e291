#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "configs/knobs.h"

namespace madsearch {

/// One residual stage's block: a primitive with all of its knobs.
struct Block {
  std::string primitive;
  Settings settings;              // complete: every knob of the primitive
  std::string label;              // "" or "a": blocks of one label share one weight set
  bool keys_values_only = false;  // @a:kv
  friend bool operator==(const Block&, const Block&) = default;
};

/// Knobs in which an @a:kv use must agree with the block whose keys and values it reads.
inline constexpr std::array kCacheKnobs = {"heads", "kv_heads", "qk_norm", "rotary"};

struct Stage;
using Stripe = std::vector<Stage>;  // residual stages in series

/// Either one block, or two or more parallel branches from one input.
struct Stage {
  Block block;
  std::vector<Stripe> branches;  // empty for a block
  bool parallel() const { return !branches.empty(); }
  friend bool operator==(const Stage&, const Stage&) = default;
};

/// An architecture, expanded: no repeats left (design.md, section 4).
struct Genome {
  Stripe stages;
  friend bool operator==(const Genome&, const Genome&) = default;
};

/// Reads the text of an architecture, e.g. "[mamba swiglu]x3 attention{heads=4} swiglu". Missing knobs take their
/// defaults. `name` is shown in messages ("design", a file). Throws ConfigError with place and did-you-mean.
Genome parse(std::string_view text, std::string_view name = "design");

/// Sorts branches by text and renames labels by first use: equal architectures become equal.
Genome canonical(Genome genome);
/// The canonical short text: knobs at their defaults are left out, repeats folded to the shortest form (ties:
/// lexicographic).
std::string text(const Genome& genome);
/// The canonical text, expanded, with every knob written. What is hashed.
std::string expanded_text(const Genome& genome);
/// 16 hex digits of expanded_text.
std::string hash(const Genome& genome);

/// All blocks in order of evaluation.
std::vector<const Block*> blocks(const Genome& genome);
std::vector<Block*> blocks(Genome& genome);

}  // namespace madsearch
