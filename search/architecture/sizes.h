#pragma once
#include <cstdint>
#include <optional>

#include "primitives/primitive.h"
#include "search/architecture/genome.h"

namespace madsearch {

/// Active parameters of transformer++ with `stages` blocks (attention and SwiGLU in turn) at `shape`, without
/// embeddings: what candidates of as many blocks are made equal to. Its inner size is 8/3 of the width, rounded to an
/// even number (mad-lab: down, then up to a multiple of 16).
std::int64_t transformer_parameters(std::int64_t stages, Shape shape);

/// A genome with sizes for one width.
struct Sized {
  Genome genome;         // no `auto` left
  bool fixed = false;    // nothing to solve: the design fixes its own sizes
  bool within = true;    // where ratios are solved: active parameters within 5 % of the target, total at most twice
  double residual = 0;   // active parameters at `shape` / target - 1
  double ratio_off = 0;  // the same where ratios are solved
  /// Whether it is about as large as what it is compared with, at `shape`.
  bool alike() const;
  /// The same where ratios are solved, whatever it has beyond active parameters.
  bool active_alike() const;
};

/// Replaces `inner=auto` of channel mixers (swiglu, mlp, moe, rwkv_channel) by one common ratio to the width. State
/// hardly sees channel mixers, so without this rule the largest allowed would win. The ratio is that at which active
/// parameters without embeddings come nearest to transformer_parameters of as many blocks at width 1024, where
/// convolutions and gates weigh as little as they do in a model that is used; elsewhere the
/// inner size is the nearest even number. `parameters` at `shape` are a target in place of transformer_parameters, in
/// the same proportion. Under mad-lab sizes are solved at `shape` itself, in multiples of 16. Throws TooLarge where
/// costs are beyond 64 bits.
Sized solve_sizes(const Genome& genome, Shape shape, std::optional<std::int64_t> parameters = {});

/// The same with active parameters made nearest to `parameters` at `shape` itself, in even inner sizes.
Genome fit_sizes(const Genome& genome, Shape shape, std::int64_t parameters);

}  // namespace madsearch
