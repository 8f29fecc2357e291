#include "primitives/layers/input_conv.h"

#include <ATen/ATen.h>

namespace madsearch {

InputConv::InputConv(const Build& build, std::int64_t taps, std::unique_ptr<Mixer> mixer)
    : conv_(build.inside("input_conv"), build.width, taps), mixer_(std::move(mixer)) {
  child("input_conv", conv_);
  child("", *mixer_);
}

at::Tensor InputConv::forward(const at::Tensor& x) { return mixer_->forward(conv_(x)); }

at::Tensor InputConv::step(const at::Tensor& x, State& state) {
  at::Tensor cache;  // the last of the state's tensors, behind those of the mixer
  if (!state.tensors.empty()) {
    cache = state.tensors.back();
    state.tensors.pop_back();
  }
  auto out = mixer_->step(conv_.step(x, cache), state);
  state.tensors.push_back(cache);
  return out;
}

std::unique_ptr<Mixer> behind_input_conv(std::unique_ptr<Mixer> mixer, std::int64_t taps, const Build& build) {
  return std::make_unique<InputConv>(build, taps, std::move(mixer));
}

}  // namespace madsearch
