#include "primitives/table.h"

#include "primitives/attention.h"
#include "primitives/canon.h"
#include "primitives/gated_short_conv.h"
#include "primitives/gla.h"
#include "primitives/hyena.h"
#include "primitives/hyena_experts.h"
#include "primitives/linear_attention.h"
#include "primitives/long_conv.h"
#include "primitives/mamba.h"
#include "primitives/mh_hyena.h"
#include "primitives/mlp.h"
#include "primitives/moe.h"
#include "primitives/rtf.h"
#include "primitives/short_conv.h"
#include "primitives/swiglu.h"

namespace madsearch {

const std::vector<Primitive>& primitives() {
  static const std::vector<Primitive> table = {  // by name; a genome stores the name, never the row
      attention(),
      canon(),
      gated_short_conv(),
      gla(),
      hyena(),
      hyena_experts(),
      linear_attention(),
      long_conv(),
      mamba(),
      mh_hyena(),
      mlp(),
      moe(),
      rtf(),
      short_conv(),
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
