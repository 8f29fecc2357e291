#pragma once
#include "primitives/mixer.h"

namespace madsearch {

// One builder a primitive, defined in its _mixer.cpp and listed in mixers.cpp.
using MixerBuilder = std::unique_ptr<Mixer> (*)(const Settings&, const Build&, Mixer* keys_values);

std::unique_ptr<Mixer> build_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_canon(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_delta_net(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_delta_product(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_differential_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_forgetting_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_gated_delta_net(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_gated_short_conv(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_gla(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_gru(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_hgrn2(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_hyena(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_hyena_experts(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_identity(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_kda(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_linear_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_long_conv(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_lstm(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mamba(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mamba2(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mamba3(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mesa_net(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mh_hyena(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mingru(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_minlstm(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mla(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mlp(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mlstm(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_moe(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_retnet(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rg_lru(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rtf(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rwkv5(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rwkv6(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rwkv7(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_rwkv_channel(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_s4d(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_s5(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_short_conv(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_slstm(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_swiglu(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_ttt_linear(const Settings& set, const Build& build, Mixer* keys_values);

}  // namespace madsearch
