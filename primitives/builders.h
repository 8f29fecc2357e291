#pragma once
#include "primitives/mixer.h"

namespace madsearch {

// One builder a primitive, defined in its _mixer.cpp and listed in mixers.cpp.
using MixerBuilder = std::unique_ptr<Mixer> (*)(const Settings&, const Build&, Mixer* keys_values);

std::unique_ptr<Mixer> build_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_differential_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_forgetting_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_gla(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_hyena(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_linear_attention(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mamba(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mh_hyena(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mla(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_mlp(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_moe(const Settings& set, const Build& build, Mixer* keys_values);
std::unique_ptr<Mixer> build_swiglu(const Settings& set, const Build& build, Mixer* keys_values);

}  // namespace madsearch
