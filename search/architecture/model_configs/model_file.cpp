#include "search/architecture/model_configs/model_file.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr std::int64_t kMost = 1'000'000'000;  // of a size
constexpr std::size_t kMostNamed = 6;          // of keys that are not read

/// Keys that say nothing of layers (vocabulary, training, files, kernels), and sizes that are those of hand designs.
const std::set<std::string>& beside() {
  static const std::set<std::string> table = {
      "A_floor",
      "A_init_range",
      "D_has_hdim",
      "a_low_rank_dim",
      "architectures",
      "attention_hidden_size",
      "attn_mode",
      "auto_map",
      "block_auto_adjust_ff_dim",
      "block_ff_dim",
      "block_ffn_dim_multiplier",
      "block_multiple_of",
      "chunk_size",
      "context_length",
      "conv_init",
      "decay_low_rank_dim",
      "dtype",
      "elementwise_affine",
      "gate_low_rank_dim",
      "head_dim",
      "head_size",
      "hidden_ratio",
      "hidden_size",
      "id2label",
      "initializer_range",
      "intermediate_size",
      "label2id",
      "logits_to_keep",
      "mamba_chunk_size",
      "mamba_conv_bias",
      "mamba_d_head",
      "mamba_dt_rank",
      "mamba_n_heads",
      "max_position_embeddings",
      "model_max_length",
      "moe_intermediate_size",
      "norm_bias",
      "norm_first",
      "norm_topk_prob",
      "num_attention_heads",
      "num_heads",
      "num_logits_to_keep",
      "output_router_logits",
      "pretraining_tp",
      "proj_low_rank_dim",
      "quantization_config",
      "rescale_every",
      "rescale_prenorm_residual",
      "residual_in_fp32",
      "routed_scaling_factor",
      "router_aux_loss_coef",
      "router_jitter_noise",
      "tie_embedding",
      "tie_word_embeddings",
      "torch_dtype",
      "transformers_version",
      "use_associative_scan",
      "use_cache",
      "use_conv_bias",
      "use_l2warp",
      "use_mamba_kernels",
      "use_mambapy",
      "v_low_rank_dim",
      "vocab_size",
  };
  return table;
}
constexpr std::array<std::string_view, 5> kBesideBegin = {"_", "dt_", "fuse_", "time_step_", "z_loss"};
constexpr std::array<std::string_view, 5> kBesideEnd = {"_dropout", "_eps", "_epsilon", "_pdrop", "_token_id"};

bool says_nothing_of_layers(const std::string& key) {
  const auto begins = [&](std::string_view part) { return key.starts_with(part); };
  const auto ends = [&](std::string_view part) { return key.ends_with(part); };
  return beside().contains(key) || std::any_of(kBesideBegin.begin(), kBesideBegin.end(), begins) ||
         std::any_of(kBesideEnd.begin(), kBesideEnd.end(), ends);
}

}  // namespace

ModelFile::ModelFile(Reader in) : ModelFile(std::move(in), std::make_shared<std::vector<std::string>>()) {}
ModelFile::ModelFile(Reader in, std::shared_ptr<std::vector<std::string>> notes)
    : in_(std::move(in)), notes_(std::move(notes)) {}

bool ModelFile::has(const std::string& key) {
  asked_.insert(key);
  return in_.given(key);
}

std::int64_t ModelFile::count(const std::string& key, std::int64_t otherwise) {
  return has(key) ? in_.integer(key, otherwise, 1, kMost) : otherwise;
}

std::int64_t ModelFile::needed_count(const std::string& key) {
  if (has(key)) return count(key, 1);
  throw ConfigError(place() + ": the key \"" + key + "\" is missing");
}

std::optional<std::int64_t> ModelFile::maybe_count(const std::string& key, std::optional<std::int64_t> otherwise) {
  if (has(key)) return count(key, 1);
  return in_.has(key) ? std::nullopt : otherwise;
}

std::vector<std::int64_t> ModelFile::counts(const std::string& key) {
  return has(key) ? in_.integers(key, {}, 0, kMost) : std::vector<std::int64_t>();
}

double ModelFile::real(const std::string& key, double otherwise) {
  return has(key) ? in_.real(key, otherwise, 0, 1e15) : otherwise;
}

bool ModelFile::truth(const std::string& key, bool otherwise) {
  return has(key) ? in_.boolean(key, otherwise) : otherwise;
}

std::string ModelFile::word(const std::string& key, const std::string& otherwise,
                            const std::vector<std::string>& allowed) {
  return has(key) ? in_.word(key, otherwise, allowed) : otherwise;
}

std::string ModelFile::needed_text(const std::string& key) {
  if (has(key)) return in_.string(key, "");
  throw ConfigError(place() + ": the key \"" + key + "\" is missing");
}

std::vector<std::string> ModelFile::texts(const std::string& key) {
  return has(key) ? in_.strings(key, {}) : std::vector<std::string>();
}

bool ModelFile::mapping(const std::string& key) { return has(key) && in_.mapping(key); }

ModelFile ModelFile::child(const std::string& key) {
  asked_.insert(key);
  return ModelFile(in_.child(key), notes_);
}

std::vector<ModelFile> ModelFile::children(const std::string& key) {
  if (mapping(key)) return {child(key)};
  std::vector<ModelFile> out;
  for (auto& one : in_.children(key)) out.push_back(ModelFile(std::move(one), notes_));
  return out;
}

void ModelFile::needs(const std::string& key, bool otherwise, bool value, const std::string& why) {
  if (truth(key, otherwise) != value) throw error(key, key + " must be " + (value ? "true" : "false") + ": " + why);
}

void ModelFile::needs_none(const std::string& key, const std::string& why) {
  if (has(key)) throw error(key, key + " must be null: " + why);
}

void ModelFile::note(const std::string& what) {
  if (std::find(notes_->begin(), notes_->end(), what) == notes_->end()) notes_->push_back(what);
}

std::string ModelFile::notes() {
  std::vector<std::string> unread;
  for (const auto& key : in_.keys())
    if (!asked_.contains(key) && !says_nothing_of_layers(key) && in_.given(key)) unread.push_back(printable(key, 40));
  auto out = joined(*notes_, "; ");
  if (unread.empty()) return out;
  const auto more = unread.size() > kMostNamed ? unread.size() - kMostNamed : 0;
  if (more) unread.resize(kMostNamed);
  if (!out.empty()) out += "; ";
  return out + "not read: " + joined(unread) + (more ? " and " + std::to_string(more) + " more" : "");
}

}  // namespace madsearch
