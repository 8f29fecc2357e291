#pragma once
#include <vector>

#include "search/architecture/model_configs/layer_pattern.h"
#include "search/architecture/model_configs/model_file.h"

namespace madsearch {

/// What `model_type` names, and who reads the layers of such a model.
struct ModelType {
  const char* name;
  Layers (*layers)(ModelFile& file);
};

/// A model that is known, and that no genome is.
struct UnwritableType {
  const char* name;
  const char* why;
};

// A family a file, whose head says where the keys and their defaults stand. The reader of transformers' and
// flash-linear-attention's defaults took transformers 5.24.0 and flash-linear-attention at bc3b101.
std::vector<ModelType> attention_types();         // attention_types.cpp
std::vector<ModelType> state_space_types();       // state_space_types.cpp
std::vector<ModelType> linear_attention_types();  // linear_attention_types.cpp
std::vector<ModelType> delta_rule_types();        // delta_rule_types.cpp
std::vector<ModelType> recurrent_types();         // recurrent_types.cpp

std::vector<ModelType> model_types();                   // all of them, by name
const std::vector<UnwritableType>& unwritable_types();  // by name

}  // namespace madsearch
