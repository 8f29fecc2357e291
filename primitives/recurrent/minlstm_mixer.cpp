#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "primitives/mixer.h"
#include "primitives/recurrent/min_rnn.h"
#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

class MinLSTM : public MinRNN {
 public:
  MinLSTM(const Settings& set, const Build& build) : MinRNN(set, build, 3), normalise_(on(set, "normalise")) {
    const at::NoGradGuard constant;
    in_.bias.slice(1, 0, in_.bias.size(1) / 3).add_(set.count("forget_bias"));
  }

 private:
  Gated gates(const std::vector<at::Tensor>& rows) const override {
    if (!normalise_) return {at::sigmoid(rows[0]), at::sigmoid(rows[1]) * candidate(rows[2])};
    const auto keep =
        at::sigmoid(at::log_sigmoid(rows[0]) - at::log_sigmoid(rows[1]));  // f / (f + i), also where both vanish
    return {keep, (1 - keep) * candidate(rows[2])};
  }

  bool normalise_;
};

}  // namespace

std::unique_ptr<Mixer> build_minlstm(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MinLSTM>(set, build);
}

}  // namespace madsearch
