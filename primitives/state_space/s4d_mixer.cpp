#include <ATen/ATen.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/mixer.h"
#include "primitives/ops/diagonal_scan.h"
#include "primitives/state_space/step_sizes.h"

namespace madsearch {
namespace {

class S4D : public Mixer {
 public:
  S4D(const Settings& set, const Build& build)
      : pairs_(set.count("state") / 2),
        out_(build.inside("output_linear"), build.width, 2 * build.width, {.bias = true}) {
    const auto D = build.width;
    const auto N = static_cast<double>(set.count("state"));
    const auto n = at::arange(pairs_, at::kDouble).unsqueeze(1);
    const auto frequencies = set.word("init") == "lin" ? M_PI * n : N / M_PI * (N / (2 * n + 1) - 1);
    parameter("log_dt", log_dt_, log_uniform_steps(build, "log_dt", D).log());
    parameter("C", C_, normal_init(build, "C", {2, pairs_, D}, std::sqrt(0.5)));
    parameter("log_A_real", log_A_real_, at::full({build.replicas(), pairs_, D}, std::log(0.5), build.options));
    parameter("A_imag", A_imag_, constant_init(build, frequencies.expand({pairs_, D})));
    parameter("D", D_, normal_init(build, "D", {D}, 1.0));
    child("output_linear", out_);
    draw_uniform_bias(build.inside("output_linear"), out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto [lambda, w] = discretised();
    const auto parts = [](const at::Tensor& z) { return at::stack({at::real(z), at::imag(z)}, 1); };  // [R, 2, N/2, D]
    const auto y = diagonal_filter(parts(lambda), parts(w), x) + x * D_.unsqueeze(1).unsqueeze(1);
    return at::glu(out_(at::gelu(y)), -1);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty())
      state.tensors.assign(2, at::zeros({x.size(0), x.size(1), pairs_, x.size(2)}, A_imag_.options()));
    const auto [lambda, w] = discretised();
    const auto h = lambda.unsqueeze(1) * at::complex(state.tensors[0], state.tensors[1]) + x.unsqueeze(2);
    state.tensors = {at::real(h), at::imag(h)};
    ++state.position;
    const auto y = at::real(w.unsqueeze(1) * h).sum(2) + x * D_.unsqueeze(1);
    return at::glu(out_(at::gelu(y)), -1);
  }

 private:
  /// λ, and w = 2 B̄ C: with B̄ moved from the input to the read-out the states take up plain x. Complex, [R, N/2, D].
  std::pair<at::Tensor, at::Tensor> discretised() const {
    const auto A = at::complex(-at::exp(log_A_real_), A_imag_);
    const auto z = at::exp(log_dt_).unsqueeze(1) * A;
    return {at::exp(z), 2 * at::expm1(z) / A * at::complex(C_.select(1, 0), C_.select(1, 1))};
  }

  std::int64_t pairs_;
  Linear out_;
  at::Tensor log_dt_, C_, log_A_real_, A_imag_, D_;  // [R, D], [R, 2, N/2, D], [R, N/2, D] twice, [R, D]
};

}  // namespace

std::unique_ptr<Mixer> build_s4d(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<S4D>(set, build);
}

}  // namespace madsearch
