#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "primitives/mixer.h"

// First values of parameters. A draw is a function of a replica's seed and the parameter's full name, `build.prefix` +
// `name`, alone; numbers are drawn in float64 on the CPU and then take dtype and device of `build.options`.
namespace madsearch {

/// U(-bound, bound). [R, shape...]
at::Tensor uniform_init(const Build& build, const std::string& name, at::IntArrayRef shape, double bound);
/// N(0, deviation²). [R, shape...]
at::Tensor normal_init(const Build& build, const std::string& name, at::IntArrayRef shape, double deviation);
/// The same `value` [...] for every replica. [R, ...]
at::Tensor constant_init(const Build& build, const at::Tensor& value);

/// The deviation of what a projection gives at first for inputs of deviation 1, whatever its sizes and its primitive:
/// that of torch.nn.Linear.
inline const double kProjectionScale = 0.5773502691896258;
/// The bound of a projection's uniform initial values: √3 kProjectionScale / √in, and 1/√in under mad-lab.
double projection_bound(Protocol protocol, std::int64_t in);
/// 1/√in: the bound of torch.nn.Linear's uniform initial values.
double fan_in_bound(std::int64_t in);
/// gain √(6 / (in + out)): the bound of a uniform draw after Glorot and Bengio 2010 ("Xavier").
double xavier_bound(std::int64_t in, std::int64_t out, double gain = 1);
/// The gain of the layers of fairseq, mad-lab and, until March 2025, flash-linear-attention: 2^-2.5.
double small_gain();

/// The number whose softplus is y > 0.
at::Tensor inverse_softplus(const at::Tensor& y);

}  // namespace madsearch
