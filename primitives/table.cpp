#include "primitives/table.h"

#include "primitives/attention/attention.h"
#include "primitives/attention/differential_attention.h"
#include "primitives/attention/forgetting_attention.h"
#include "primitives/attention/mla.h"
#include "primitives/channel/identity.h"
#include "primitives/channel/mlp.h"
#include "primitives/channel/moe.h"
#include "primitives/channel/rwkv_channel.h"
#include "primitives/channel/swiglu.h"
#include "primitives/convolution/canon.h"
#include "primitives/convolution/gated_short_conv.h"
#include "primitives/convolution/hyena.h"
#include "primitives/convolution/hyena_experts.h"
#include "primitives/convolution/long_conv.h"
#include "primitives/convolution/mh_hyena.h"
#include "primitives/convolution/short_conv.h"
#include "primitives/delta_rule/comba.h"
#include "primitives/delta_rule/delta_net.h"
#include "primitives/delta_rule/delta_product.h"
#include "primitives/delta_rule/gated_delta_net.h"
#include "primitives/delta_rule/gated_delta_net2.h"
#include "primitives/delta_rule/kda.h"
#include "primitives/delta_rule/rwkv7.h"
#include "primitives/linear_attention/gated_slot_attention.h"
#include "primitives/linear_attention/gla.h"
#include "primitives/linear_attention/hgrn2.h"
#include "primitives/linear_attention/linear_attention.h"
#include "primitives/linear_attention/mlstm.h"
#include "primitives/linear_attention/retnet.h"
#include "primitives/linear_attention/rwkv5.h"
#include "primitives/linear_attention/rwkv6.h"
#include "primitives/recurrent/gru.h"
#include "primitives/recurrent/lstm.h"
#include "primitives/recurrent/mingru.h"
#include "primitives/recurrent/minlstm.h"
#include "primitives/recurrent/rg_lru.h"
#include "primitives/recurrent/slstm.h"
#include "primitives/shared_knobs.h"
#include "primitives/state_space/mamba.h"
#include "primitives/state_space/mamba2.h"
#include "primitives/state_space/mamba3.h"
#include "primitives/state_space/rtf.h"
#include "primitives/state_space/s4d.h"
#include "primitives/state_space/s5.h"
#include "primitives/test_time/mesa_net.h"
#include "primitives/test_time/ttt_linear.h"

namespace madsearch {
namespace {

/// The knob input_conv and what it costs.
Primitive with_input_conv(Primitive primitive) {
  primitive.knobs.push_back(input_conv_knob());
  primitive.cost = [cost = primitive.cost](const Settings& set, CountedShape shape) {
    auto out = cost(set, shape);
    const Count taps = input_taps(set);
    if (taps == 0) return out;
    if (out.active_parameters) out.active_parameters += taps * shape.width;
    out.parameters += taps * shape.width;
    out.flops += 2 * taps * shape.length * shape.width;
    out.state += (taps - 1) * shape.width;
    return out;
  };
  return primitive;
}

/// All but those to which a short convolution in front would be nothing new.
std::vector<Primitive> with_input_convs(std::vector<Primitive> table) {
  for (auto& primitive : table)
    if (primitive.name != "identity" && primitive.name != "canon") primitive = with_input_conv(std::move(primitive));
  return table;
}

}  // namespace

const std::vector<Primitive>& primitives() {
  static const std::vector<Primitive> table = with_input_convs({
      // by name; a genome stores the name, never the row
      attention(),
      canon(),
      comba(),
      delta_net(),
      delta_product(),
      differential_attention(),
      forgetting_attention(),
      gated_delta_net(),
      gated_delta_net2(),
      gated_short_conv(),
      gated_slot_attention(),
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
  });
  return table;
}

const Primitive* find_primitive(const std::string& name) {
  for (const auto& primitive : primitives())
    if (primitive.name == name) return &primitive;
  return nullptr;
}

}  // namespace madsearch
