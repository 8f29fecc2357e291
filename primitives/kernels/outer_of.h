#pragma once
#include "primitives/kernels/launch.h"
#include "primitives/kernels/launch_delta.h"
#include "primitives/kernels/launch_outer.h"

// Recurrences of the CPU's launchers as those of a GPU's.
namespace madsearch::kernels {

/// A sequence is one of a single head.
template <class S>
OuterScan<S> outer_of(const GatedRecurrence<const S>& in) {
  return {.q = in.q,
          .a = nullptr,
          .b = nullptr,
          .k = in.k,
          .v = in.v,
          .w = in.w,
          .bonus = in.u,
          .N = in.M,
          .T = in.T,
          .H = 1,
          .K = in.K,
          .V = in.V,
          .steps = 1,
          .decays = in.decays};
}

template <class S>
OuterScan<S> outer_of(const DeltaRecurrence<S>& in) {
  return {.q = in.q,
          .a = in.a,
          .b = in.b,
          .k = in.k,
          .v = in.v,
          .w = in.w,
          .bonus = nullptr,
          .N = in.N,
          .T = in.T,
          .H = in.H,
          .K = in.K,
          .V = in.V,
          .steps = in.steps,
          .decays = in.K};
}

}  // namespace madsearch::kernels
