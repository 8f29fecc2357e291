#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/residual_conv.h"
#include "primitives/mixer.h"
#include "primitives/ops/diagonal_scan.h"
#include "primitives/shared_knobs.h"
#include "primitives/state_space/step_sizes.h"

namespace madsearch {
namespace {

/// Flax's lecun_normal: normal numbers cut off at two deviations, of deviation 1/√fan_in after the cut. [R, shape...],
/// float64 on the CPU.
at::Tensor lecun_normal(Build build, const std::string& name, at::IntArrayRef shape, std::int64_t fan_in) {
  build.options = at::TensorOptions(at::kDouble);
  const double within = std::erf(std::sqrt(2.0));
  const double deviation = 0.87962566103423978;  // of a standard normal number, within two of them
  return at::erfinv(uniform_init(build, name, shape, within)) *
         (std::sqrt(2.0 / static_cast<double>(fan_in)) / deviation);
}

struct Modes {
  at::Tensor values, vectors;  // [n/2] and [n, n/2], complex
};

/// One of each pair of conjugate eigenvalues of HiPPO-N, the normal part S = A + p pᵀ of the HiPPO-LegS matrix A, which
/// is -√(2i+1)√(2j+1) below the diagonal and -(i+1) on it; p_i = √(i + ½). S is -½ I + a skew matrix; -i times that one
/// is Hermitian.
Modes hippo_modes(std::int64_t n) {
  const auto root = at::sqrt(2 * at::arange(n, at::kDouble) + 1);
  const auto outer = at::outer(root, root) / 2;  // p pᵀ
  const auto skew = at::triu(outer, 1) - at::tril(outer, -1);
  const auto [imaginary, vectors] = at::linalg_eigh(at::complex(at::zeros_like(skew), -skew));
  const auto half = vectors.slice(1, 0, n / 2);
  const auto first = half.slice(0, 0, 1);
  return {
      at::complex(at::full({n / 2}, -0.5, at::kDouble), imaginary.slice(0, 0, n / 2).contiguous()),
      half * (at::conj(first) / at::abs(first))};  // a vector's phase is free: its first number is made real everywhere
}

class S5 : public Mixer {
 public:
  S5(const Settings& set, const Build& build)
      : pairs_(set.count("state") / 2),
        conv_(build.inside("conv"), 2 * pairs_, taps(set)),
        gate_(build.inside("out2"), build.width, build.width, {.bias = true}) {
    const auto D = build.width, P = 2 * pairs_, blocks = set.count("blocks");
    const auto [values, vectors] = hippo_modes(P / blocks);
    const auto V = at::block_diag(std::vector<at::Tensor>(static_cast<std::size_t>(blocks), vectors));    // [P, P/2]
    const auto B = at::matmul(V.conj().t(), lecun_normal(build, "B", {P, D}, P).to(at::kComplexDouble));  // [R, P/2, D]
    const auto drawn = lecun_normal(build, "C", {2, D, P}, P);
    const auto C =
        at::matmul(at::complex(drawn.select(1, 0).contiguous(), drawn.select(1, 1).contiguous()), V);  // [R, D, P/2]
    const auto parts = [&](const at::Tensor& z) { return at::stack({at::real(z), at::imag(z)}, 1).to(build.options); };
    parameter("Lambda_re", Lambda_re_, constant_init(build, at::real(values).repeat(blocks)));
    parameter("Lambda_im", Lambda_im_, constant_init(build, at::imag(values).repeat(blocks)));
    parameter("B", B_, parts(B));
    parameter("C", C_, parts(C));
    parameter("D", D_, normal_init(build, "D", {D}, 1.0));
    parameter("log_step", log_step_, log_uniform_steps(build, "log_step", pairs_).log());
    child("conv", conv_);
    child("out2", gate_);
    if (build.protocol != Protocol::kMadLab) return;
    const at::NoGradGuard constant;
    gate_.weight.copy_(lecun_normal(build.inside("out2"), "weight", {D, D}, D));
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto R = x.size(0), B = x.size(1), T = x.size(2), D = x.size(3);
    const auto [lambda, input] = discretised();
    const auto parts = [](const at::Tensor& z) { return at::stack({at::real(z), at::imag(z)}, 1); };
    const auto u = at::bmm(x.reshape({R, B * T, D}), parts(input).view({R, 2 * pairs_, D}).transpose(1, 2));
    const auto taken_up = conv_(u.view({R, B, T, 2 * pairs_}));
    const auto h = diagonal_scan(parts(lambda), taken_up.view({R, B, T, 2, pairs_}));
    const auto read =
        at::cat({2 * C_.select(1, 0), -2 * C_.select(1, 1)}, -1);  // of real and of imaginary parts, [R, D, P]
    const auto y = at::bmm(h.view({R, B * T, 2 * pairs_}), read.transpose(1, 2)).view({R, B, T, D});
    return gated(y + x * D_.unsqueeze(1).unsqueeze(1));
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) {
      const auto zeros = at::zeros({x.size(0), x.size(1), pairs_}, Lambda_re_.options());
      state.tensors = {zeros, zeros, at::Tensor()};
    }
    const auto [lambda, input] = discretised();
    const auto u = at::matmul(x.to(input.scalar_type()), input.transpose(1, 2));  // [R, B, P/2]
    const auto taken_up = conv_.step(at::cat({at::real(u), at::imag(u)}, -1), state.tensors[2]).chunk(2, -1);
    const auto h = lambda.unsqueeze(1) * at::complex(state.tensors[0], state.tensors[1]) +
                   at::complex(taken_up[0].contiguous(), taken_up[1].contiguous());
    state.tensors[0] = at::real(h);
    state.tensors[1] = at::imag(h);
    ++state.position;
    const auto C = at::complex(C_.select(1, 0), C_.select(1, 1));
    return gated(2 * at::real(at::matmul(h, C.transpose(1, 2))) + x * D_.unsqueeze(1));
  }

 private:
  at::Tensor gated(const at::Tensor& y) const {
    const auto g = at::gelu(y, "tanh");  // JAX's gelu
    return g * at::sigmoid(gate_(g));
  }

  /// λ [R, P/2] and B̄ [R, P/2, D], complex.
  std::pair<at::Tensor, at::Tensor> discretised() const {
    const auto Lambda = at::complex(at::clamp_max(Lambda_re_, -1e-4), Lambda_im_);
    const auto z = at::exp(log_step_) * Lambda;
    return {at::exp(z), (at::expm1(z) / Lambda).unsqueeze(-1) * at::complex(B_.select(1, 0), B_.select(1, 1))};
  }

  std::int64_t pairs_;
  ResidualConv conv_;
  Linear gate_;
  at::Tensor Lambda_re_, Lambda_im_, B_, C_, D_,
      log_step_;  // [R, P/2] twice, [R, 2, P/2, D], [R, 2, D, P/2], [R, D], [R, P/2]
};

}  // namespace

std::unique_ptr<Mixer> build_s5(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<S5>(set, build);
}

}  // namespace madsearch
