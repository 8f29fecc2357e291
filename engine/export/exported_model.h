#pragma once
#include <cstdint>
#include <string>

#include "search/architecture/genome.h"

namespace madsearch {

/// A design as a model of a size, under Protocol::kMadsearch: what pretraining trains.
struct ExportedModel {
  Genome genome;  // without `auto`
  std::int64_t width = 0;
  std::int64_t vocabulary = 0;
  std::int64_t length = 0;       // the longest sequence
  std::string norm = "rmsnorm";  // or "layernorm"
  bool tied = false;             // the unembedding is the embedding, without a bias
};

/// The class of a primitive in modeling.py: "gated_delta_net2" is GatedDeltaNet2.
std::string class_name(const std::string& primitive);

/// config.json: the sizes by Hugging Face's names, `layers` (a mixer with its knobs each), `merges` and `stages`, which
/// says how they follow each other.
std::string config_json(const ExportedModel& model);

/// What a parameter of engine/worker/model.h is called outside, by Hugging Face's habits: "stage1.mixer.out.weight" is
/// "model.layers.0.mixer.out.weight". Throws std::invalid_argument for the name of no parameter of such a model.
std::string exported_name(const Genome& genome, const std::string& name);

}  // namespace madsearch
