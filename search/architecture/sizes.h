#pragma once
#include <cstdint>
#include <optional>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Active parameters of transformer++ with `stages` blocks (attention and SwiGLU in turn) at `shape`, without
/// embeddings: what candidates of as many blocks are made equal to.
std::int64_t transformer_parameters(std::int64_t stages, Shape shape);

/// A genome with sizes for one width.
struct Sized {
  Genome genome;       // no `auto` left
  bool fixed = false;  // nothing to solve: the design fixes its own sizes
  bool within = true;  // active parameters within 5 % of the target, total at most twice active target
};

/// Replaces `inner=auto` of channel mixers (swiglu, mlp, moe, rwkv_channel): one common inner size, a multiple of 16
/// (of 2 in a design with shared experts, of 8 in one with a short convolution inside), so that active parameters
/// without embeddings come nearest to `parameters` (default: transformer_parameters of as many blocks). State hardly
/// sees channel mixers, so without this rule the largest allowed would win. Throws TooLarge where its costs are beyond
/// 64 bits.
Sized solve_sizes(const Genome& genome, Shape shape, std::optional<std::int64_t> parameters = {});

}  // namespace madsearch
