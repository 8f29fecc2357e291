#pragma once
#include <cstdint>
#include <optional>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Active parameters of transformer++ of `stages` stages (attention and SwiGLU in turn) at `width`, without embeddings.
std::int64_t transformer_parameters(std::int64_t stages, Shape shape);

/// How many stages a genome counts for: blocks, as if all were in series.
std::int64_t stages(const Genome& genome);

struct Sized {
  Genome genome;       // no `auto` left
  bool fixed = false;  // nothing to solve: the design fixes its own sizes
  bool within = true;  // active parameters within 5 % of the target, total at most twice active target
};

/// Replaces `inner=auto` of channel mixers (swiglu, mlp, moe, rwkv_channel): one common inner size, a multiple of 16
/// (of 2 in a design with shared experts), so that active parameters without embeddings come nearest to `parameters`
/// (default: transformer_parameters of the genome's stages).
Sized solve_sizes(const Genome& genome, Shape shape, std::optional<std::int64_t> parameters = {});

}  // namespace madsearch
