#include <ATen/ATen.h>

#include <algorithm>
#include <stdexcept>

#include "primitives/layers/distillation.h"
#include "primitives/layers/initial_values.h"
#include "primitives/layers/linear.h"
#include "primitives/layers/long_convolution.h"
#include "primitives/mixer.h"

namespace madsearch {
namespace {

class RTF : public Mixer {
 public:
  RTF(const Settings& set, const Build& build)
      : order_(set.count("state")),
        length_(build.max_length),
        roots_(std::max(length_, order_ + 1)),
        out_(build.inside("output_linear"), build.width, 2 * build.width, {.bias = true}) {
    if (set.word("roots") == "even") roots_ += roots_ % 2;
    parameter("ab", ab_,
              at::zeros({build.replicas(), 2 * build.width, order_}, build.options));  // one parameter, as published
    parameter("h_0", h0_, normal_init(build, "h_0", {build.width}, 1));
    child("output_linear", out_);
  }

  at::Tensor forward(const at::Tensor& x) override {
    const auto T = x.size(2);
    if (T > length_)
      throw std::invalid_argument("rtf for at most " + std::to_string(length_) + " tokens cannot take " +
                                  std::to_string(T));
    const auto h = distilled() ? distilled()->responses(T) : taps().slice(-1, 0, T).to(h0_.scalar_type());
    return at::glu(out_(at::gelu(long_convolution(x.transpose(2, 3), h).transpose(2, 3))), -1);
  }

  at::Tensor step(const at::Tensor& x, State& state) override {
    if (state.tensors.empty()) state.tensors.resize(1);
    auto& s = state.tensors[0];
    ++state.position;
    return at::glu(
        out_(at::gelu(distilled() ? distilled()->step(x.unsqueeze(-1), s).squeeze(-1) : companion_step(x, s))), -1);
  }

  at::Tensor long_filters() const override { return taps().slice(-1, 0, length_).to(h0_.scalar_type()); }

 private:
  at::Tensor companion_step(const at::Tensor& x, at::Tensor& s) const {  // s [R, B, D, N], undefined at the start
    if (!s.defined()) s = at::zeros({x.size(0), x.size(1), x.size(2), order_}, x.options());
    const auto h = taps();
    const auto a = ab_.chunk(2, 1)[0].to(at::kDouble);  // a_1 .. a_N [R, D, N]
    std::vector<at::Tensor> beta;
    for (std::int64_t i = 1; i <= order_; ++i) {
      const auto carried = a.slice(-1, 0, i - 1) * h.slice(-1, 1, i).flip(-1);
      beta.push_back(h.select(-1, i) + carried.sum(-1));
    }
    const auto of = [&](const at::Tensor& u) { return u.to(x.scalar_type()).unsqueeze(1); };  // beside [R, B, ..]
    const auto y = (of(at::stack(beta, -1)) * s).sum(-1) + of(h.select(-1, 0)) * x;
    s = at::cat({(x - (of(a) * s).sum(-1)).unsqueeze(-1), s.slice(-1, 0, order_ - 1)}, -1);
    return y;
  }

  /// The filter at every root, in float64: near a root of 1 + a the quotient is steep, and the polynomials are short.
  /// [R, D, roots]
  at::Tensor taps() const {
    const auto padded = at::constant_pad_nd(ab_.to(at::kDouble), {1, roots_ - 1 - order_});
    const auto spectra = at::fft_rfft(padded, roots_).chunk(2, 1);
    return at::fft_irfft(spectra[1] / (1 + spectra[0]) + h0_.to(at::kDouble).unsqueeze(-1), roots_);
  }

  std::int64_t order_, length_, roots_;
  at::Tensor ab_, h0_;  // [R, 2 D, N], [R, D]
  Linear out_;
};

}  // namespace

std::unique_ptr<Mixer> build_rtf(const Settings& set, const Build& build, Mixer*) {
  return std::make_unique<RTF>(set, build);
}

}  // namespace madsearch
