#include "primitives/table.h"

#include "primitives/attention.h"
#include "primitives/canon.h"
#include "primitives/delta_net.h"
#include "primitives/delta_product.h"
#include "primitives/differential_attention.h"
#include "primitives/forgetting_attention.h"
#include "primitives/gated_delta_net.h"
#include "primitives/gated_short_conv.h"
#include "primitives/gla.h"
#include "primitives/gru.h"
#include "primitives/hgrn2.h"
#include "primitives/hyena.h"
#include "primitives/hyena_experts.h"
#include "primitives/identity.h"
#include "primitives/kda.h"
#include "primitives/linear_attention.h"
#include "primitives/long_conv.h"
#include "primitives/lstm.h"
#include "primitives/mamba.h"
#include "primitives/mamba2.h"
#include "primitives/mamba3.h"
#include "primitives/mesa_net.h"
#include "primitives/mh_hyena.h"
#include "primitives/mingru.h"
#include "primitives/minlstm.h"
#include "primitives/mla.h"
#include "primitives/mlp.h"
#include "primitives/mlstm.h"
#include "primitives/moe.h"
#include "primitives/retnet.h"
#include "primitives/rg_lru.h"
#include "primitives/rtf.h"
#include "primitives/rwkv5.h"
#include "primitives/rwkv6.h"
#include "primitives/rwkv7.h"
#include "primitives/rwkv_channel.h"
#include "primitives/s4d.h"
#include "primitives/s5.h"
#include "primitives/short_conv.h"
#include "primitives/slstm.h"
#include "primitives/swiglu.h"
#include "primitives/ttt_linear.h"

namespace madsearch {

const std::vector<Primitive>& primitives() {
  static const std::vector<Primitive> table = {  // by name; a genome stores the name, never the row
      attention(),
      canon(),
      delta_net(),
      delta_product(),
      differential_attention(),
      forgetting_attention(),
      gated_delta_net(),
      gated_short_conv(),
      gla(),
      gru(),
      hgrn2(),
      hyena(),
      hyena_experts(),
      identity(),
      kda(),
      linear_attention(),
      long_conv(),
      lstm(),
      mamba(),
      mamba2(),
      mamba3(),
      mesa_net(),
      mh_hyena(),
      mingru(),
      minlstm(),
      mla(),
      mlp(),
      mlstm(),
      moe(),
      retnet(),
      rg_lru(),
      rtf(),
      rwkv5(),
      rwkv6(),
      rwkv7(),
      rwkv_channel(),
      s4d(),
      s5(),
      short_conv(),
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
