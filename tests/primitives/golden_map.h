#pragma once
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "configs/knobs.h"

namespace madsearch {

/// What a reference layer is here, always under Protocol::kMadLab. Parameters have the reference's names but for
/// `complements` and, apart from axes of one (convolution weights [C, 1, k] are [C, k] here), its shapes.
struct GoldenLayer {
  std::string primitive;  // or "rmsnorm", "layernorm" (primitives/layers/layers.h)
  Settings settings;
  std::set<std::string> unused;                    // parameters of the reference that reach no output
  std::map<std::string, std::string> complements;  // ours are 1 - the reference's: {"time_maa_k", "time_mix_k"}
  double eps = 0;                                  // of a norm
  // relative to the largest entry of the tensor
  double output_tolerance = 2e-6;
  double gradient_tolerance = 1e-5;
};

enum class GoldenFile {
  kLayer,      // golden_layer tells which
  kElsewhere,  // whole models, metrics, tasks: held by the tests of other folders
  kUnknown
};

/// Of a file's stem: "mamba", "mh-linear-attention.elu", "lm.attn-swiglu-x2".
GoldenFile golden_file(const std::string& stem);

/// The layer of that stem with the `config` of its JSON. Throws std::invalid_argument if a setting has no counterpart
/// here.
GoldenLayer golden_layer(const std::string& stem, const nlohmann::json& config);

}  // namespace madsearch
