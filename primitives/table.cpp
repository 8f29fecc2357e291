#include "primitives/table.h"

#include "primitives/attention.h"
#include "primitives/differential_attention.h"
#include "primitives/forgetting_attention.h"
#include "primitives/gla.h"
#include "primitives/hyena.h"
#include "primitives/linear_attention.h"
#include "primitives/mamba.h"
#include "primitives/mh_hyena.h"
#include "primitives/mla.h"
#include "primitives/mlp.h"
#include "primitives/moe.h"
#include "primitives/swiglu.h"

namespace madsearch {

const std::vector<Primitive>& primitives() {
  static const std::vector<Primitive> table = {  // by name; a genome stores the name, never the row
      attention(),
      differential_attention(),
      forgetting_attention(),
      gla(),
      hyena(),
      linear_attention(),
      mamba(),
      mh_hyena(),
      mla(),
      mlp(),
      moe(),
      swiglu(),
  };
  return table;
}

const Primitive* find_primitive(const std::string& name) {
  for (const auto& primitive : primitives())
    if (primitive.name == name) return &primitive;
  return nullptr;
}

}  // namespace madsearch
