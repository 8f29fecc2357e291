#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "configs/knobs.h"
#include "configs/protocol.h"
#include "primitives/count.h"

namespace madsearch {

/// A shape in checked numbers, for costs.
struct CountedShape {
  Count width, length;
  Protocol protocol = Protocol::kMadsearch;
};

/// Where a block is built or costed: its channels, and the tokens of one sequence.
struct Shape {
  std::int64_t width = 0;
  std::int64_t length = 0;
  Protocol protocol = Protocol::kMadsearch;
  operator CountedShape() const { return {width, length, protocol}; }
};

/// What one block costs for one sequence. FLOPs are multiply-adds x 2 of the forward pass in the cheapest exact
/// algorithm, of attention the causal half. State is in numbers. `state_mad` counts as the MAD paper does: keys and
/// values, or a recurrence without normalisers, token shifts and short convolutions (docs/architecture.md, "State").
struct Cost {
  Count parameters;
  Count active_parameters;  // that one token uses; 0 means all of them
  Count flops;
  Count state;  // all that must be carried to go on after `length` tokens
  Count state_mad;
  Count active() const { return active_parameters ? active_parameters : parameters; }
};

/// A setting that search may vary. `values` are what search draws from, the first is the default; a design may write
/// any number in [least, most] (a fraction only if `ratio`; below 1 if `share`), and of words only those listed.
struct Knob {
  std::string name;
  std::vector<KnobValue> values;
  std::string meaning;  // one line, for `madsearch list primitives NAME`
  double least = 1;
  double most = 1024;
  bool ratio = false;  // a ratio to the width
  bool share = false;  // a count, or as a fraction below 1 a share of the sequence's length, rounded up
  /// Of a knob that was added to a primitive in use: the value that it had unnamed until then. Expanded texts leave the
  /// knob unwritten at it, so that texts and hashes of before keep what they mean (Genome::expanded_text).
  std::optional<KnobValue> before = std::nullopt;
};

enum class Kind { kSequence, kChannel };  // mixes tokens; mixes channels of one token

/// What everyone knows of a block, without LibTorch; mixer.h builds it. Its data sheet (data_sheet.h) describes it.
struct Primitive {
  std::string name, family;  // "mamba", "state space"
  Kind kind = Kind::kSequence;
  std::string equation, source;
  std::vector<Knob> knobs;
  /// Of settings that are valid at the shape, without `auto`. Throws TooLarge where a cost is beyond 64 bits.
  std::function<Cost(const Settings&, CountedShape)> cost;
  /// "" if the settings fit the shape, else a sentence that says why not: "heads=3 does not divide width 32".
  std::function<std::string(const Settings&, Shape)> valid;
  /// Rewrites settings that mean the same architecture to one form (kv_heads = heads to kv_heads=all). Empty if no two
  /// do.
  std::function<void(Settings&)> simplify = nullptr;
  bool shares_keys_values = false;  // may be used as @label:kv

  const Knob* knob(const std::string& name) const;  // nullptr if there is none
  Settings defaults() const;
  Settings unwritten() const;  // what an expanded text means that writes no knob
};

/// "" if `value` divides `total`, else "NAME=VALUE does not divide TOTAL_NAME TOTAL".
std::string divides(const std::string& name, std::int64_t value, const std::string& total_name, std::int64_t total);

/// "" if `set` has exactly the knobs of `primitive`, each within its range, else a sentence.
std::string check_knobs(const Primitive& primitive, const Settings& set);

/// `inner=auto`: the inner sizes of channel mixers are multiples of 16 solved by search/architecture/sizes.h; before a
/// block is costed or built `auto` has been replaced by a ratio to the width. This is the ratio that stands for an
/// absolute inner size.
inline KnobValue inner_ratio(std::int64_t inner, std::int64_t width) { return {inner, width}; }

}  // namespace madsearch
