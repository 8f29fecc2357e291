#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "primitives/mixer.h"
#include "primitives/table.h"
#include "tests/primitives/blocks.h"
#include "tests/primitives/delta_rule/delta_plain.h"

namespace madsearch {
namespace {

/// sigmoid of a projection of x, of one head.
Vector channel_gate(const Pass& pass, const std::string& name, const Vector& x, std::int64_t head, std::int64_t size) {
  auto out = slice(pass.linear(name, x), head, size);
  for (auto& number : out) number = sigmoid(number);
  return out;
}

Vector times(const Vector& a, const Vector& b) {
  Vector out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(a[i] * b[i]);
  return out;
}

TEST(GatedDeltaNet2, GatesWhatItErasesByKeyChannelAndWhatItWritesByValueChannel) {
  for (const std::int64_t heads : {1, 3})
    for (const std::string on : {"off", "on"})
      expect_agreement(
          passes("gated_delta_net2", {{"heads", heads}, {"conv", 3}, {"negative_eigenvalues", on}}, {12, 10}),
          [&](const Pass& pass) {
            const auto d = 12 / heads;
            DeltaPlain plain{.heads = heads, .key = d, .value = d, .taps = 3};
            decay_and_gate_channels(plain, pass);
            plain.rule = [&](const Vector& x, std::int64_t head, const Vector& q, const Vector& k, const Vector& v,
                             Matrix& S) {
              const auto key = unit(k, 1e-6);
              const auto erased = times(channel_gate(pass, "b_proj", x, head, d), key);
              const auto written = times(channel_gate(pass, "w_proj", x, head, d), v);
              S = product(transition(Vector(key.size(), 1), on == "on" ? -2 : -1, key, erased), S);
              add_outer(S, 1, key, written);
              return q;
            };
            return delta_layer(pass, plain);
          });
}

/// Of gates that are one number it is KDA: of all 1/2, where their projections are zero.
TEST(GatedDeltaNet2, OfOneGateIsKDA) {
  const at::NoGradGuard constant;
  const Settings set = {{"heads", 4}, {"conv", 4}, {"negative_eigenvalues", "off"}};
  const auto build = build_for({16, 12}, 2);
  const auto halved = [&](const std::string& name) {
    auto mixer = build_mixer(name, with_defaults(name, set), build);
    for (const auto& [parameter, value] : mixer->parameters())
      if (parameter == "b_proj.weight" || parameter == "w_proj.weight") value.zero_();
    return mixer;
  };
  const auto x = random_input(2, 3, {16, 12});
  EXPECT_LT(relative_difference(halved("gated_delta_net2")->forward(x), halved("kda")->forward(x)), 1e-12);
}

}  // namespace
}  // namespace madsearch
