#pragma once
#include <optional>

#include "primitives/mixer.h"

namespace madsearch {

/// y = W x + b for every replica: x [R, ..., in], weight [R, out, in], bias [R, out] or undefined -> [R, ..., out].
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);
/// The same in float32 also under autocast: for what decides (routers, predictions) or decays over many tokens.
at::Tensor precise_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// y = W x + b with weights of its own. At first W ~ U(±projection_bound), b = 0: the one scale of all projections
/// (layers/initial_values.h).
class Linear : public Module {
 public:
  struct Options {
    bool bias = false;
    /// Of the weight's uniform draw, where the paper derives another scale; the data sheet says so.
    std::optional<double> bound = std::nullopt;
    std::optional<double> mad_lab_bound = std::nullopt;  // the same under Protocol::kMadLab alone
  };
  Linear(const Build& build, std::int64_t in, std::int64_t out, Options options);
  Linear(const Build& build, std::int64_t in, std::int64_t out);
  at::Tensor operator()(const at::Tensor& x) const;  // [R, ..., in] -> [R, ..., out]
  at::Tensor precise(const at::Tensor& x) const;     // the same by precise_linear
  at::Tensor weight, bias;                           // bias undefined without one
};

// Other first values for a layer that was made with `build`; its draw stays that of the parameter's name.

/// The weight ~ N(0, deviation²), as transformers' models begin.
void draw_normal_weight(const Build& build, Linear& layer, double deviation = 0.02);
/// The bias ~ U(±1/√in) as torch.nn.Linear's, for a layer that has one.
void draw_uniform_bias(const Build& build, Linear& layer);

}  // namespace madsearch
