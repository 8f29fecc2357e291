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

/// 1/√in: the bound of torch.nn.Linear's uniform initial values.
double fan_in_bound(std::int64_t in);
/// gain √(6 / (in + out)): the bound of a uniform draw after Glorot and Bengio 2010 ("Xavier").
double xavier_bound(std::int64_t in, std::int64_t out, double gain = 1);
/// The gain of fairseq's and flash-linear-attention's layers, 2^-2.5.
double small_gain();

/// The number whose softplus is y > 0.
at::Tensor inverse_softplus(const at::Tensor& y);

}  // namespace madsearch
