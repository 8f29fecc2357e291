#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <map>
#include <string>

#include "primitives/mixer.h"

namespace madsearch {

/// `replicas` replicas at `shape`, seeds `first_seed` on, float64 unless told.
Build build_for(Shape shape, std::int64_t replicas, at::ScalarType type = at::kDouble, std::uint64_t first_seed = 1);

/// `some` knobs of `primitive`, all others at their defaults.
Settings with_defaults(const std::string& primitive, const Settings& some);

/// Adds up to ±0.1 to every number, differently for every replica: zeros and ones are exercised too.
void move_parameters(Module& module);

/// Uniform on ±1.5 [R, B, T, D], the same in every call and, for the same type, in the first replicas of a larger one.
at::Tensor random_input(std::int64_t replicas, std::int64_t sequences, Shape shape, at::ScalarType type = at::kDouble);
at::Tensor random_tensor(at::IntArrayRef sizes, std::uint64_t seed, at::ScalarType type = at::kDouble);

struct Gradients {
  at::Tensor output, input;
  std::map<std::string, at::Tensor> parameters;  // undefined for one that the output does not depend on
};
/// Of sum(output * weight) at `x`, a copy of which becomes the leaf. `forward` is module's.
Gradients gradients(Module& module, const std::function<at::Tensor(const at::Tensor&)>& forward, const at::Tensor& x,
                    const at::Tensor& weight);

/// Outputs and gradients of two sequences at `shape` in float32 are finite and near those in float64.
void expect_float32_near_float64(const std::string& primitive, const Settings& settings, Shape shape);

/// The largest |a - b| relative to the largest |b|; NaN if there is one.
double relative_difference(const at::Tensor& a, const at::Tensor& b);

}  // namespace madsearch
