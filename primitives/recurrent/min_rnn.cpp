#include "primitives/recurrent/min_rnn.h"

#include <ATen/ATen.h>

#include "primitives/layers/linear.h"
#include "primitives/ops/raw.h"
#include "primitives/shared_knobs.h"

namespace madsearch {

MinRNN::MinRNN(const Settings& set, const Build& build, std::int64_t rows)
    : rows_(rows),
      channels_(set.at("expand").of(build.width)),
      positive_(set.word("candidate") == "positive"),
      in_(build.inside("in_proj"), build.width, rows * channels_, {.bias = true}),
      out_(build.inside("out_proj"), channels_, build.width, {.bias = true}) {
  if (taps(set)) child("conv1d", conv_.emplace(build.inside("conv1d"), build.width, taps(set)));
  child("in_proj", in_);
  child("out_proj", out_);
  draw_uniform_bias(build.inside("in_proj"), in_);
  draw_uniform_bias(build.inside("out_proj"), out_);
}

at::Tensor MinRNN::candidate(const at::Tensor& u) const {
  return positive_ ? at::relu(u) + at::sigmoid(at::clamp_max(u, 0)) : u;
}

at::Tensor MinRNN::forward(const at::Tensor& x) {
  const auto rows = whole(in_(conv_ ? x + (*conv_)(x) : x));  // a decay near 1 needs float32 under autocast
  const auto recurrence = gates(rows.chunk(rows_, -1));       // [R, B, T, I] each
  return out_(gated_scan(recurrence.keep, recurrence.take));
}

at::Tensor MinRNN::step(const at::Tensor& x, State& state) {
  if (state.tensors.empty()) state.tensors = {at::zeros({x.size(0), x.size(1), channels_}, x.options()), at::Tensor()};
  auto& h = state.tensors[0];
  const auto recurrence = gates(in_(conv_ ? x + conv_->step(x, state.tensors[1]) : x).chunk(rows_, -1));
  h = recurrence.keep * h + recurrence.take;
  ++state.position;
  return out_(h);
}

}  // namespace madsearch
