// Writes what the exported PyTorch is held to, a folder a case, for contract.py: cases FOLDER
//   modeling.py ...     as `madsearch export --to pytorch` writes them
//   model.safetensors   weights, moved away from where they begin, so that no part of a block is idle
//   case.safetensors    tokens; logits and the loss; gradients; the logits after a step of AdamW
//   initial.safetensors initial weights of some seeds, [seeds, ...]
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "configs/folder.h"
#include "engine/export/pytorch.h"
#include "engine/export/safetensors.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/saved_weights.h"
#include "primitives/layers/initial_values.h"
#include "primitives/table.h"
#include "search/architecture/designs.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kWidth = 32;
constexpr std::int64_t kVocabulary = 17;
constexpr std::int64_t kLength = 21;  // the model's; windows are a fraction of it
constexpr Shape kShape{kWidth, kLength};
constexpr std::int64_t kTokens = 19;
constexpr std::int64_t kSequences = 3;
constexpr double kMoved = 0.05;
constexpr double kRate = 3e-3;
constexpr double kDecay = 0.1;
constexpr double kEps = 1e-4;  // large, so that the last digits of small gradients don't become whole steps
constexpr std::uint64_t kSeeds = 8;

ModelOptions options_for(std::uint64_t seeds, const ExportedModel& model) {
  ModelOptions out;
  out.norm = model.norm;
  out.tied = model.tied;
  out.width = kWidth;
  out.vocabulary = kVocabulary;
  out.max_length = kLength;
  out.options = at::TensorOptions().dtype(at::kFloat);
  for (std::uint64_t seed = 0; seed < seeds; ++seed) out.seeds.push_back(Seed{seed + 1});
  return out;
}

/// As everything that a case holds.
class Tensors {
 public:
  void add(const std::string& name, const at::Tensor& value) {
    kept_.push_back(value.detach().to(at::kFloat).contiguous());
    list_.push_back({name, kept_.back().sizes().vec(), kept_.back().data_ptr<float>()});
  }
  void write(const fs::path& file) const { write_safetensors(file, {}, list_); }

 private:
  std::vector<at::Tensor> kept_;
  std::vector<SavedTensor> list_;
};

at::Tensor loss_of(const at::Tensor& logits, const at::Tensor& tokens, const Model& model) {
  const auto scored = at::log_softmax(logits[0].slice(1, 0, -1), -1);
  const auto loss = -scored.gather(2, tokens.slice(1, 1).unsqueeze(2)).mean();
  return model.auxiliary_loss().defined() ? loss + model.auxiliary_loss().sum() : loss;
}

void move_weights(const Model& model) {
  const at::NoGradGuard constant;
  Build build;
  build.seeds = {Seed{5}};
  build.options = at::TensorOptions().dtype(at::kFloat);
  for (const auto& [name, value] : model.parameters())
    value.add_(normal_init(build, "moved." + name, value.sizes().slice(1), kMoved));
}

void write_step(const fs::path& folder, const ExportedModel& exported) {
  const auto& genome = exported.genome;
  Model model(genome, options_for(1, exported));
  move_weights(model);
  Rng rng(Seed{7});
  auto tokens = at::empty({kSequences, kTokens}, at::kLong);
  auto* token = tokens.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < tokens.numel(); ++i) token[i] = static_cast<std::int64_t>(below(rng, kVocabulary));
  save_weights(folder / "model.safetensors", model, genome);
  AdamW::Options adam;
  adam.decay = Decayed::kMatrices;
  adam.eps = kEps;
  AdamW optimizer(model, {kRate}, {kDecay}, adam);
  Tensors out;
  const auto logits = model.forward(tokens);
  const auto loss = loss_of(logits, tokens, model);
  loss.backward();
  out.add("tokens", tokens);
  out.add("logits", logits[0]);
  out.add("loss", loss);
  for (const auto& [name, value] : model.parameters())
    if (value.grad().defined()) out.add("gradient." + exported_name(genome, name), value.grad()[0]);
  optimizer.step(1);
  out.add("logits_after", model.forward(tokens)[0]);
  out.write(folder / "case.safetensors");
}

void write_initial(const fs::path& folder, const ExportedModel& exported) {
  const auto& genome = exported.genome;
  const Model model(genome, options_for(kSeeds, exported));
  Tensors out;
  for (const auto& [name, value] : model.parameters()) out.add(exported_name(genome, name), value);
  out.write(folder / "initial.safetensors");
}

void write_case(const fs::path& folder, ExportedModel model) {
  model.genome = solve_sizes(canonical(model.genome), kShape).genome;
  if (const auto why = invalid(model.genome, kShape); !why.empty())
    throw std::invalid_argument(text(model.genome) + ": " + why);
  model.width = kWidth;
  model.vocabulary = kVocabulary;
  model.length = kLength;
  fs::create_directories(folder);
  for (const auto& [name, content] : pytorch_files(model)) std::ofstream(folder / name) << content;
  write_step(folder, model);
  write_initial(folder, model);
}

/// The primitive with value `i` of every knob that has so many, where that is valid; the others at their defaults.
Genome variant(const Primitive& primitive, std::size_t i) {
  Genome out = parse(primitive.name + "{}");
  auto& settings = blocks(out).front()->settings;
  for (const auto& knob : primitive.knobs) {
    if (i >= knob.values.size()) continue;
    const auto before = settings.at(knob.name);
    settings.set(knob.name, knob.values[i]);
    if (!invalid(solve_sizes(out, kShape).genome, kShape).empty()) settings.set(knob.name, before);
  }
  return out;
}

/// Every primitive at its defaults, and so often that each value of each knob occurs.
void write_primitives(const fs::path& folder) {
  for (const auto& primitive : primitives()) {
    std::size_t most = 1;
    for (const auto& knob : primitive.knobs) most = std::max(most, knob.values.size());
    for (std::size_t i = 0; i < most; ++i)
      write_case(folder / (primitive.name + "-" + std::to_string(i)), {.genome = variant(primitive, i)});
  }
}

}  // namespace

int write_cases(const fs::path& folder) {
  write_primitives(folder);
  for (const std::string name : {"hymba", "falcon-h1", "zamba", "samba", "striped-mamba-moe"})
    write_case(folder / name, {.genome = find_design(name, configs_folder()).genome});
  write_case(folder / "shared",
             {.genome = parse("attention{window=8}@a moe@b (swiglu + mamba){merge=projected} attention{window=8}@a "
                              "attention{sinks=2,window=4}@a:kv moe@b")});
  write_case(folder / "tied", {.genome = parse("mamba swiglu"), .tied = true});
  write_case(folder / "layernorm", {.genome = parse("mamba swiglu"), .norm = "layernorm"});
  return 0;
}

}  // namespace madsearch

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  at::set_num_threads(1);  // as a worker computes
  try {
    return madsearch::write_cases(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
