#include "engine/worker/model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <stdexcept>

#include "primitives/layers/distillation.h"
#include "primitives/layers/embedding.h"
#include "primitives/layers/initial_values.h"
#include "primitives/table.h"
#include "search/architecture/cost.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

constexpr double kEmbeddingDeviation = 0.02;
constexpr int kDecoderDepth = 2;
// Up to here predictions are float32 under autocast, too; beyond, they would take most of a training's time on a GPU.
constexpr std::int64_t kPreciseVocabulary = 8192;

/// row n = [sin(n f_0) .. , cos(n f_0) ..], f_j = exp(-j ln(10000) / (D/2 - 1)).
at::Tensor sinusoids(std::int64_t length, std::int64_t width, const at::TensorOptions& options) {
  const auto half = width / 2;
  const auto exact = options.dtype(at::kDouble);
  const auto f = at::exp(at::arange(half, exact) * (-std::log(10000.0) / static_cast<double>(half - 1)));
  const auto angle = at::arange(length, exact).unsqueeze(1) * f;
  return at::cat({angle.sin(), angle.cos()}, 1).to(options.dtype());
}

/// The auto-encoder of mad-lab draws every nn.Linear again, inside mixers too.
void draw_linears(const Build& build, const Module& module) {
  const at::NoGradGuard no_grad;
  for (const auto& p : module.linear_parameters()) {
    if (p.name.ends_with("bias"))
      p.value.zero_();
    else
      p.value.copy_(normal_init(build, "redrawn." + p.name, p.value.sizes().slice(1), kEmbeddingDeviation));
  }
}

}  // namespace

Norm::Norm(const Build& build, std::int64_t width, const std::string& kind) {
  if (kind == "rmsnorm") {
    rms_ = std::make_unique<RMSNorm>(build, width);
    child("rms", *rms_);
  } else if (kind == "layernorm") {
    layer_ = std::make_unique<LayerNorm>(build, width);
    child("layer", *layer_);
  } else {
    throw std::invalid_argument("norm is \"" + kind + "\", not rmsnorm or layernorm");
  }
}

at::Tensor Norm::operator()(const at::Tensor& x) const { return rms_ ? (*rms_)(x) : (*layer_)(x); }

Model::Model(const Genome& genome, const ModelOptions& options) : options_(options), graph_(genome) {
  const auto D = options.width, V = options.vocabulary;
  if (D < 4 || V < 2 || options.max_length < 1 || options.seeds.empty())
    throw std::invalid_argument("a model needs a width of 4, a vocabulary of 2, a length of 1 and one seed at least");
  if (const auto why = invalid(genome, {D, options.max_length, options.protocol}); !why.empty())
    throw std::invalid_argument(why);
  exact_state_ = cost(genome, {D, options.max_length, options.protocol}).state;
  Build build;
  build.width = D;
  build.max_length = options.max_length;
  build.protocol = options.protocol;
  build.seeds = options.seeds;
  build.options = options.options;

  parameter("embedding.weight", embedding_, normal_init(build, "embedding.weight", {V, D}, kEmbeddingDeviation));
  const auto& nodes = graph_.nodes();
  stages_.resize(nodes.size());
  merges_.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].type == Node::Type::kBlock) add_block(i, build);
    if (nodes[i].type == Node::Type::kMerge) add_merge(i, build);
  }
  if (options.backbone == Backbone::kAutoEncoder) add_decoder(build);
  final_norm_ = std::make_unique<Norm>(build.inside("final.norm"), D, options.norm);
  child("final.norm", *final_norm_);
  if (!options.tied) {
    unembedding_ =
        std::make_unique<Linear>(build.inside("unembedding"), D, V, Linear::Options{.bias = true, .bound = {}});
    child("unembedding", *unembedding_);
  }
  if (options.backbone == Backbone::kAutoEncoder && options.protocol == Protocol::kMadLab) draw_linears(build, *this);
}

void Model::add_block(std::size_t i, const Build& build) {
  const auto& node = graph_.nodes()[i];
  const auto name = "stage" + std::to_string(i);
  auto& stage = stages_[i];
  stage.norm = std::make_unique<Norm>(build.inside(name + ".norm"), options_.width, options_.norm);
  child(name + ".norm", *stage.norm);
  if (node.weights != i) {
    stage.mixer = stages_[node.weights].mixer;
    return;
  }
  auto* owner = node.keys_values != i ? stages_[node.keys_values].mixer : nullptr;
  stage.own = build_mixer(node.block.primitive, node.block.settings, build.inside(name + ".mixer"), owner);
  stage.mixer = stage.own.get();
  child(name + ".mixer", *stage.own);
}

void Model::add_merge(std::size_t i, const Build& build) {
  const auto& node = graph_.nodes()[i];
  if (node.merge == Merge::kSum) return;
  for (std::size_t n = 1; n < node.inputs.size(); ++n) {  // the first is where the branches part
    const auto beta = "stage" + std::to_string(i) + ".beta" + std::to_string(n);
    merges_[i].norms.push_back(std::make_unique<RMSNorm>(build.inside(beta), options_.width));
    child(beta, *merges_[i].norms.back());
  }
  if (node.merge != Merge::kProjected) return;
  const auto out = "stage" + std::to_string(i) + ".out_proj";
  merges_[i].projection = std::make_unique<Linear>(build.inside(out), options_.width, options_.width);
  child(out, *merges_[i].projection);
}

void Model::add_decoder(const Build& build) {
  const auto D = options_.width;
  for (int i = 0; i < kDecoderDepth; ++i) {
    const auto name = "decoder" + std::to_string(i);
    decoder_norms_.push_back(std::make_unique<Norm>(build.inside(name + ".norm"), D, options_.norm));
    child(name + ".norm", *decoder_norms_.back());
    decoder_.push_back(
        std::make_unique<Linear>(build.inside(name + ".linear"), D, D, Linear::Options{.bias = true, .bound = {}}));
    child(name + ".linear", *decoder_.back());
  }
  positions_ = sinusoids(options_.max_length, D, options_.options);
}

at::Tensor Model::embed(const at::Tensor& tokens) const {
  const auto R = embedding_.size(0), V = embedding_.size(1), D = embedding_.size(2);
  std::vector<std::int64_t> axes(static_cast<std::size_t>(tokens.dim()), 1);
  axes[0] = R;  // replica r looks into rows r V .. r V + V - 1
  const auto rows = tokens + at::arange(R, tokens.options()).mul_(V).view(axes);
  return embedded(embedding_.reshape({R * V, D}), rows);
}

at::Tensor Model::merge(std::size_t i, const std::vector<at::Tensor>& values) const {
  const auto& node = graph_.nodes()[i];
  const auto& [norms, projection] = merges_[i];
  const auto& in = values[node.inputs[0]];
  at::Tensor sum;
  for (std::size_t n = 1; n < node.inputs.size(); ++n) {
    auto branch = values[node.inputs[n]] - in;
    if (!norms.empty()) branch = (*norms[n - 1])(branch);
    sum = sum.defined() ? sum + branch : branch;
  }
  if (node.merge == Merge::kSum) return in + sum;
  const auto share = 1.0 / static_cast<double>(node.inputs.size() - 1);
  return projection ? in + (*projection)(share * sum) : at::add(in, sum, share);
}

template <class Block>
at::Tensor Model::follow(at::Tensor x, Block&& block) {
  const auto& nodes = graph_.nodes();
  std::vector<std::size_t> last_use(nodes.size(), 0);  // so that a value is let go when no later node needs it
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const auto input : nodes[i].inputs) last_use[input] = i;
  std::vector<at::Tensor> values(nodes.size());
  at::Tensor out;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto& node = nodes[i];
    switch (node.type) {
      case Node::Type::kInput:
        values[i] = x;
        x.reset();
        break;
      case Node::Type::kBlock: {
        const auto& in = values[node.inputs[0]];
        values[i] = in + block(i, stages_[i], (*stages_[i].norm)(in)).to(in.scalar_type());
        break;
      }
      case Node::Type::kMerge:
        values[i] = merge(i, values);
        break;
      case Node::Type::kOutput:
        out = values[node.inputs[0]];
        break;
    }
    for (const auto input : node.inputs)
      if (last_use[input] == i) values[input].reset();
  }
  return out;
}

at::Tensor Model::encode(const at::Tensor& tokens) {
  if (tokens.size(-1) > options_.max_length)
    throw std::invalid_argument("input of length " + std::to_string(tokens.size(-1)) + " exceeds the model's " +
                                std::to_string(options_.max_length));
  auxiliary_ = at::Tensor();
  const auto x = embed(tokens.dim() == 2 ? tokens.unsqueeze(0) : tokens);
  return follow(x, [&](std::size_t, Stage& stage, const at::Tensor& normed) {
    auto y = stage.mixer->forward(normed);
    if (const auto extra = stage.mixer->auxiliary_loss(); extra.defined())
      auxiliary_ = auxiliary_.defined() ? auxiliary_ + extra : extra;
    return y;
  });
}

bool Model::has_auxiliary_loss() const {
  return std::any_of(stages_.begin(), stages_.end(),
                     [](const Stage& stage) { return stage.mixer && stage.mixer->has_auxiliary_loss(); });
}

at::Tensor Model::decode(const at::Tensor& encoded) const {
  const auto T = encoded.size(2);
  auto h = encoded.narrow(2, T - 1, 1) + positions_.narrow(0, 0, T);  // [R, B, T, D]
  for (std::size_t i = 0; i < decoder_.size(); ++i) h = at::gelu((*decoder_[i])((*decoder_norms_[i])(h)));
  return h;
}

at::Tensor Model::hidden(const at::Tensor& tokens) {
  const auto x = encode(tokens);
  return options_.backbone == Backbone::kAutoEncoder ? decode(x) : x;
}

at::Tensor Model::logits(const at::Tensor& x) const {
  const auto normed = (*final_norm_)(x);
  const auto& weight = unembedding_ ? unembedding_->weight : embedding_;
  const auto bias = unembedding_ ? unembedding_->bias : at::Tensor();
  return weight.size(1) <= kPreciseVocabulary ? precise_linear(normed, weight, bias) : linear(normed, weight, bias);
}

at::Tensor Model::forward(const at::Tensor& tokens) { return logits(hidden(tokens)); }

at::Tensor Model::forward(const at::Tensor& tokens, const at::Tensor& scored) {
  auto x = hidden(tokens).flatten(1, 2);  // [R, B T, D]
  if (scored.size(0) != x.size(1)) x = x.index_select(1, scored);
  return logits(x);
}

std::int64_t Model::distil_filters() {
  const at::NoGradGuard no_grad;
  const auto& nodes = graph_.nodes();
  auto total = exact_state_;
  std::vector<std::int64_t> saved(nodes.size(), 0);  // by the node that owns the weights
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].type != Node::Type::kBlock) continue;
    if (nodes[i].weights == i) saved[i] = distil_block(i);
    total -= saved[nodes[i].weights];  // each use of the weights has a state of its own
  }
  return total;
}

std::int64_t Model::distil_block(std::size_t i) {
  auto& mixer = *stages_[i].mixer;
  const auto filters = mixer.long_filters();
  if (!filters.defined()) return 0;
  mixer.use_distilled(std::make_shared<const DistilledFilters>(distil(filters)));
  State state;
  mixer.step(at::zeros({replicas(), 1, options_.width}, options_.options), state);
  const auto& block = graph_.nodes()[i].block;
  const Shape shape{options_.width, options_.max_length, options_.protocol};
  const auto saved = find_primitive(block.primitive)->cost(block.settings, shape).state - state.numbers();
  if (saved > 0) return saved;
  mixer.use_distilled(nullptr);
  return 0;
}

Model::States Model::start() const { return States(graph_.nodes().size()); }

at::Tensor Model::step(const at::Tensor& tokens, States& states) {
  if (options_.backbone != Backbone::kLanguageModel)
    throw std::invalid_argument("only a language model has a step form");
  const auto x = follow(embed(tokens), [&](std::size_t i, Stage& stage, const at::Tensor& normed) {
    return stage.mixer->step(normed, states[i]);
  });
  return logits(x);
}

}  // namespace madsearch
