#include "primitives/table.h"

#include "primitives/attention.h"
#include "primitives/delta_net.h"
#include "primitives/delta_product.h"
#include "primitives/differential_attention.h"
#include "primitives/forgetting_attention.h"
#include "primitives/gated_delta_net.h"
#include "primitives/gla.h"
#include "primitives/gru.h"
#include "primitives/hyena.h"
#include "primitives/kda.h"
#include "primitives/linear_attention.h"
#include "primitives/lstm.h"
#include "primitives/mamba.h"
#include "primitives/mesa_net.h"
#include "primitives/mh_hyena.h"
#include "primitives/mingru.h"
#include "primitives/minlstm.h"
#include "primitives/mla.h"
#include "primitives/mlp.h"
#include "primitives/moe.h"
#include "primitives/rg_lru.h"
#include "primitives/rwkv7.h"
#include "primitives/slstm.h"
#include "primitives/swiglu.h"
#include "primitives/ttt_linear.h"

namespace madsearch {

const std::vector<Primitive>& primitives() {
  static const std::vector<Primitive> table = {  // by name; a genome stores the name, never the row
      attention(),
      delta_net(),
      delta_product(),
      differential_attention(),
      forgetting_attention(),
      gated_delta_net(),
      gla(),
      gru(),
      hyena(),
      kda(),
      linear_attention(),
      lstm(),
      mamba(),
      mesa_net(),
      mh_hyena(),
      mingru(),
      minlstm(),
      mla(),
      mlp(),
      moe(),
      rg_lru(),
      rwkv7(),
      slstm(),
      swiglu(),
      ttt_linear(),
  };
  return table;
}

const Primitive* find_primitive(const std::string& name) {
  for (const auto& primitive : primitives())
    if (primitive.name == name) return &primitive;
  return nullptr;
}

}  // namespace madsearch
