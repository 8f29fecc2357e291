#include <ATen/ATen.h>

#include "primitives/mixer.h"
#include "primitives/recurrent/min_rnn.h"

namespace madsearch {
namespace {

class MinGRU : public MinRNN {
 public:
  MinGRU(const Settings& set, const Build& build) : MinRNN(set, build, 2) {}

 private:
  Gated gates(const std::vector<at::Tensor>& rows) const override {
    const auto z = at::sigmoid(rows[0]);
    return {1 - z, z * candidate(rows[1])};
  }
};

}  // namespace

std::unique_ptr<Mixer> build_mingru(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<MinGRU>(set, build);
}

}  // namespace madsearch
