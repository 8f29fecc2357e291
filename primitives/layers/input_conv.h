#pragma once
#include <memory>

#include "primitives/layers/residual_conv.h"

namespace madsearch {

/// A mixer behind a residual short convolution of its input: out = Mixer(x + conv(x)), Canon-A before a sequence mixer
/// and Canon-C before a channel mixer (Allen-Zhu 2025, arXiv:2512.17351, section 3). The knob input_conv of all
/// primitives (table.cpp). The mixer's parameters keep their names, the convolution's is input_conv.conv1d.weight.
class InputConv : public Mixer {
 public:
  InputConv(const Build& build, std::int64_t taps, std::unique_ptr<Mixer> mixer);
  at::Tensor forward(const at::Tensor& x) override;
  at::Tensor step(const at::Tensor& x, State& state) override;
  at::Tensor auxiliary_loss() const override { return mixer_->auxiliary_loss(); }
  bool has_auxiliary_loss() const override { return mixer_->has_auxiliary_loss(); }
  at::Tensor long_filters() const override { return mixer_->long_filters(); }
  void use_distilled(std::shared_ptr<const DistilledFilters> filters) override {
    mixer_->use_distilled(std::move(filters));
  }
  Mixer* inner() override { return mixer_->inner(); }

 private:
  ResidualConv conv_;
  std::unique_ptr<Mixer> mixer_;
};

}  // namespace madsearch
