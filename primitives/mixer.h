#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "configs/seed.h"
#include "primitives/primitive.h"

namespace madsearch {

/// Where and how parameters are made: one replica a seed. A parameter's draw is a function of (seed, its full name)
/// alone, so that R replicas equal R single runs.
struct Build {
  std::int64_t width = 0;
  std::int64_t max_length = 0;  // of the longest sequence: long filters have so many taps
  Protocol protocol = Protocol::kMadsearch;
  std::vector<Seed> seeds;    // R of them
  at::TensorOptions options;  // dtype and device
  std::string prefix;         // of parameter names, "stage3."
  std::int64_t replicas() const { return static_cast<std::int64_t>(seeds.size()); }
  Build inside(const std::string& name) const;  // prefix + name + "."
};

struct NamedParameter {
  std::string name;  // without Build's prefix: "in_proj.weight"
  at::Tensor value;  // [R, ...], requires_grad
};

/// Holds parameters, its own and its children's.
class Module {
 public:
  virtual ~Module() = default;
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// All parameters with dotted names, own ones first, in order of registration. The tensors alias the module's own: to
  /// replace values use at::NoGradGuard and copy_; to drop replicas use select_replicas.
  std::vector<NamedParameter> parameters() const;
  /// Those that are weights and biases of Linears.
  std::vector<NamedParameter> linear_parameters() const;
  /// Keeps replicas `index` [R'] (int64, ascending) of every parameter.
  void select_replicas(const at::Tensor& index);

 protected:
  /// Puts `value` [R, ...] into the member `slot` as a leaf that requires gradients, under `name`.
  void parameter(const std::string& name, at::Tensor& slot, at::Tensor value, bool linear = false);
  /// Lists the parameters of the member `module` as name.THEIR_NAME, of one without a name as they are.
  void child(const std::string& name, Module& module);

 private:
  struct Own {
    std::string name;
    at::Tensor* slot;
    bool linear;
  };
  std::vector<NamedParameter> list(bool linear_only) const;
  std::vector<Own> own_;
  std::vector<std::pair<std::string, Module*>> children_;
};

/// What a block carries from token to token while decoding. Empty before the first token.
struct State {
  std::vector<at::Tensor> tensors;  // [R, B, ...]; undefined ones carry nothing
  std::int64_t position = 0;        // tokens seen; not counted as state
  std::int64_t numbers() const;     // of one sequence: all elements / (R B)
};

class DistilledFilters;

/// A block's LibTorch side.
class Mixer : public Module {
 public:
  /// x [R, B, T, D] -> [R, B, T, D], causal. Mixers with long filters throw std::invalid_argument for more tokens than
  /// Build's max_length.
  virtual at::Tensor forward(const at::Tensor& x) = 0;
  /// The same function one token at a time: x [R, B, D], the next token -> [R, B, D]; `state` is advanced.
  virtual at::Tensor step(const at::Tensor& x, State& state) = 0;
  /// A loss to add to the training loss after forward, [R], or an undefined tensor (MoE's load balancing). It may be
  /// one of a batch as a whole, and no mean over its sequences.
  virtual at::Tensor auxiliary_loss() const { return {}; }
  virtual bool has_auxiliary_loss() const { return false; }
  /// The filters of its long convolutions as they are trained, [R, C, max_length], or an undefined tensor if it has
  /// none.
  virtual at::Tensor long_filters() const { return {}; }
  /// Itself, or the mixer that it hands its input on to.
  virtual Mixer* inner() { return this; }
  /// From now on `filters` replace the trained ones; they were distilled from long_filters() of the same replicas
  /// (layers/distillation.h). forward convolves with their responses, step carries their states in place of the past.
  /// nullptr: the trained filters again.
  virtual void use_distilled(std::shared_ptr<const DistilledFilters> filters) { distilled_ = std::move(filters); }

 protected:
  const DistilledFilters* distilled() const { return distilled_.get(); }

 private:
  std::shared_ptr<const DistilledFilters> distilled_;
};

/// `mixer` behind a residual short convolution of its input, whose knob all primitives have (layers/input_conv.h).
std::unique_ptr<Mixer> behind_input_conv(std::unique_ptr<Mixer> mixer, std::int64_t taps, const Build& build);

/// How a NAME_mixer.cpp builds its primitive: the type of `build_NAME`, which mixers.cpp lists. The settings are valid;
/// `keys_values` is as in build_mixer.
using MixerBuilder = std::unique_ptr<Mixer>(const Settings& set, const Build& build, Mixer* keys_values);

/// Builds `primitive` with `settings` (complete, no `auto`). `keys_values` is the mixer whose keys and values this use
/// shares (@label:kv), else nullptr; it must have run forward or step on the same sequence before this one does. Throws
/// std::invalid_argument if the primitive has no row or the settings are not valid.
std::unique_ptr<Mixer> build_mixer(const std::string& primitive, const Settings& settings, const Build& build,
                                   Mixer* keys_values = nullptr);

/// Names in the table of builders; a test holds it equal to primitives().
std::vector<std::string> mixer_names();

}  // namespace madsearch
