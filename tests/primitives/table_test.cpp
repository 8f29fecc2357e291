#include "primitives/table.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <set>
#include <tuple>

#include "primitives/mixer.h"
#include "tests/primitives/blocks.h"

namespace madsearch {
namespace {

/// One way to write a primitive: its defaults with at most one knob changed, and another where the first needs it.
struct Row {
  std::string primitive, label;
  Settings settings, before;  // before: the knob at its default
  Protocol protocol;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.label; }
};

constexpr std::int64_t kWidth = 32;
constexpr std::int64_t kLength = 20;

/// identity has no parameters to draw and nothing to compute.
bool is_empty(const Row& row) { return row.primitive == "identity"; }

/// Channel mixers get an inner size of one and a half widths where they would be solved by search.
Settings solved(Settings set) {
  if (set.has("inner") && set.at("inner").is_word()) set.set("inner", KnobValue(3, 2));
  return set;
}

/// The defaults with one knob changed, and if they do not fit then, the first other knob with which they do: sinks need
/// a window.
Settings with(const Primitive& primitive, const std::string& knob, const KnobValue& value) {
  auto set = solved(primitive.defaults());
  set.set(knob, value);
  if (primitive.valid(set, {kWidth, kLength}).empty()) return set;
  for (const auto& other : primitive.knobs)
    for (const auto& companion : other.values) {
      auto both = set;
      if (other.name != knob) both.set(other.name, companion);
      if (primitive.valid(both, {kWidth, kLength}).empty()) return both;
    }
  return set;
}

std::vector<Row> rows() {
  std::vector<Row> out;
  for (const auto& primitive : primitives())
    for (const auto protocol : {Protocol::kMadsearch, Protocol::kMadLab}) {
      const auto add = [&](std::string label, const Settings& set, const Settings& before) {
        label = primitive.name + "_" + label + "_" + to_text(protocol);
        for (auto& c : label)
          if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
        out.push_back({primitive.name, label, set, before, protocol});
      };
      add("defaults", solved(primitive.defaults()), solved(primitive.defaults()));
      for (const auto& knob : primitive.knobs)
        for (std::size_t n = 1; n < knob.values.size(); ++n) {
          const auto set = with(primitive, knob.name, knob.values[n]);
          auto before = set;
          before.set(knob.name, solved(primitive.defaults()).at(knob.name));
          add(knob.name + "_" + knob.values[n].text(), set, before);
        }
    }
  return out;
}

class EveryPrimitive : public ::testing::TestWithParam<Row> {
 protected:
  const Primitive& sheet() const { return *find_primitive(GetParam().primitive); }
  Shape shape(std::int64_t length = kLength) const { return {kWidth, length, GetParam().protocol}; }
  Cost cost(std::int64_t length = kLength) const { return sheet().cost(GetParam().settings, shape(length)); }
  std::unique_ptr<Mixer> mixer(std::int64_t replicas = 2, at::ScalarType type = at::kDouble,
                               std::uint64_t first_seed = 1) const {
    return build_mixer(GetParam().primitive, GetParam().settings, build_for(shape(), replicas, type, first_seed));
  }
  at::Tensor input(std::int64_t replicas = 2, at::ScalarType type = at::kDouble) const {
    return random_input(replicas, 3, shape(), type);
  }
  Gradients gradients_of(Mixer& block, const at::Tensor& x) const {
    return gradients(
        block, [&](const at::Tensor& u) { return block.forward(u); }, x, random_tensor(x.sizes(), 9, x.scalar_type()));
  }
};

INSTANTIATE_TEST_SUITE_P(Table, EveryPrimitive, ::testing::ValuesIn(rows()),
                         [](const auto& of) { return of.param.label; });

TEST_P(EveryPrimitive, FitsTheShapeByItsOwnWord) {
  EXPECT_EQ(check_knobs(sheet(), GetParam().settings), "");
  EXPECT_EQ(sheet().valid(GetParam().settings, shape()), "");
}

TEST_P(EveryPrimitive, KeepsTheShapeOfItsInput) {
  for (const std::int64_t length : {1, 2, 7, 20})
    EXPECT_EQ(mixer()->forward(input().slice(2, 0, length)).sizes(), at::IntArrayRef({2, 3, length, kWidth}));
}

TEST_P(EveryPrimitive, SeesOnlyThePast) {
  const auto block = mixer();
  const auto before = block->forward(input());
  for (const std::int64_t t : {1, 9, 19}) {
    auto changed = input();
    changed.slice(2, t).add_(1);
    const auto after = block->forward(changed);
    EXPECT_LT(relative_difference(after.slice(2, 0, t), before.slice(2, 0, t)), 1e-12) << "token " << t;
    EXPECT_GT(relative_difference(after.select(2, t), before.select(2, t)), 1e-6) << "token " << t;
  }
}

TEST_P(EveryPrimitive, HasFiniteGradientsEverywhere) {
  const auto block = mixer(2, at::kFloat);
  const auto found = gradients_of(*block, input(2, at::kFloat));
  EXPECT_TRUE(at::isfinite(found.output).all().item<bool>());
  EXPECT_TRUE(at::isfinite(found.input).all().item<bool>());
  EXPECT_GT(found.input.abs().max().item<double>(), 0);
  for (const auto& [name, gradient] : found.parameters) {
    ASSERT_TRUE(gradient.defined()) << name;
    EXPECT_TRUE(at::isfinite(gradient).all().item<bool>()) << name;
    EXPECT_GT(gradient.abs().max().item<double>(), 0) << name;
  }
}

TEST_P(EveryPrimitive, HasAsManyParametersAsItSays) {
  std::int64_t count = 0;
  for (const auto& parameter : mixer()->parameters()) count += parameter.value[0].numel();
  EXPECT_EQ(count, cost().parameters);
  EXPECT_LE(cost().active(), cost().parameters);
}

/// The step form is the recurrence of the data sheet, one token at a time: through it run the same numbers, and
/// backwards the same gradients.
TEST_P(EveryPrimitive, IsItsOwnRecurrenceForwardAndBackward) {
  for (const std::int64_t length : {std::int64_t{1}, std::int64_t{7}, kLength}) {
    const auto block = mixer();
    move_parameters(*block);
    const auto x = input().slice(2, 0, length).contiguous();
    const auto weight = random_tensor(x.sizes(), 9);
    const auto by_steps = [&](const at::Tensor& u) {
      State state;
      std::vector<at::Tensor> out;
      for (std::int64_t t = 0; t < length; ++t) out.push_back(block->step(u.select(2, t), state));
      return at::stack(out, 2);
    };
    const auto sequence = gradients(
        *block, [&](const at::Tensor& u) { return block->forward(u); }, x, weight);
    const auto steps = gradients(*block, by_steps, x, weight);
    EXPECT_LT(relative_difference(sequence.output, steps.output), 1e-9) << "length " << length;
    EXPECT_LT(relative_difference(sequence.input, steps.input), 1e-8) << "length " << length;
    for (const auto& [name, gradient] : sequence.parameters) {
      const auto& other = steps.parameters.at(name);
      if (!gradient.defined() && !other.defined()) continue;
      const auto zero = [&](const at::Tensor& g) {
        return g.defined() ? g : at::zeros_like(gradient.defined() ? gradient : other);
      };
      EXPECT_LT((zero(gradient) - zero(other)).abs().max().item<double>(),
                1e-8 * (1 + zero(other).abs().max().item<double>()))
          << name << ", length " << length;
    }
  }
}

/// Along a random direction of the input and all parameters at once, the gradients give the difference quotient of a
/// loss.
TEST_P(EveryPrimitive, HasTheGradientsOfFiniteDifferences) {
  const auto block = mixer();
  move_parameters(*block);
  const auto x = input().slice(2, 0, 9).contiguous();
  const auto weight = random_tensor(x.sizes(), 9);
  const auto along = random_tensor(x.sizes(), 10);
  const auto found = gradients(
      *block, [&](const at::Tensor& u) { return block->forward(u); }, x, weight);
  double expected = (found.input * along).sum().item<double>();
  double scale = std::abs(expected);
  std::vector<std::pair<at::Tensor, at::Tensor>> moved;  // parameter, direction
  for (const auto& [name, value] : block->parameters()) {
    const auto direction = random_tensor(value.sizes(), 11 + moved.size());
    moved.emplace_back(value, direction);
    if (!found.parameters.at(name).defined()) continue;
    const auto part = (found.parameters.at(name) * direction).sum().item<double>();
    expected += part;
    scale += std::abs(part);
  }
  const at::NoGradGuard constant;
  constexpr double kStep = 1e-6;
  const auto loss_after = [&](double step) {
    for (auto& [value, direction] : moved) value.add_(direction, step);
    const auto loss = (block->forward(x + step * along) * weight).sum().item<double>();
    for (auto& [value, direction] : moved) value.sub_(direction, step);
    return loss;
  };
  // The reference divides by a sum of either sign: near its poles a step is a long one.
  const bool has_poles = GetParam().label == "linear_attention_feature_map_identity_mad_lab" ||
                         GetParam().label == "linear_attention_feature_map_elementwise_product_mad_lab";
  EXPECT_NEAR((loss_after(kStep) - loss_after(-kStep)) / (2 * kStep), expected, (has_poles ? 1e-2 : 1e-6) * scale);
}

TEST_P(EveryPrimitive, CarriesAsMuchStateAsItSays) {
  const at::NoGradGuard constant;
  const auto block = mixer();
  const bool of_the_length = std::any_of(GetParam().settings.begin(), GetParam().settings.end(), [&](const auto& knob) {
    return sheet().knob(knob.first)->share && !knob.second.is_word() && !knob.second.is_count();
  });
  State state;
  for (std::int64_t t = 0; t < kLength; ++t) {
    block->step(input().select(2, t), state);
    if (t == kLength - 1 || (!of_the_length && (t == 0 || t == 10))) {
      EXPECT_EQ(state.numbers(), cost(t + 1).state) << "after " << t + 1 << " tokens";
    }
  }
  // The paper's convention counts no inputs that a short convolution still sees.
  const bool stateless =
      sheet().kind == Kind::kChannel || (sheet().family == "convolution" && !block->long_filters().defined());
  EXPECT_EQ(cost().state_mad == 0, stateless)
      << GetParam().primitive << "'s state_mad, the state by the paper's convention, must be 0 for channel mixers and "
      << "for convolutions without long filters, and not 0 for all others; correct .state_mad in its .cost";
}

/// No knob is accepted and ignored: another value makes another output, of an even or an odd length, or another cost.
TEST_P(EveryPrimitive, HearsItsKnobs) {
  const at::NoGradGuard constant;
  const auto& before = GetParam().before;
  if (GetParam().settings == before) return;
  const auto spent = sheet().cost(before, shape());
  const auto mine = cost();
  if (std::tie(spent.parameters, spent.flops, spent.state) != std::tie(mine.parameters, mine.flops, mine.state)) return;
  double heard = 0;
  for (const auto length : {kLength, kLength - 1}) {
    const auto build = build_for(shape(length), 2);
    const auto plain = build_mixer(GetParam().primitive, before, build);
    const auto changed = build_mixer(GetParam().primitive, GetParam().settings, build);
    move_parameters(*plain);
    move_parameters(*changed);
    const auto x = input().slice(2, 0, length);
    heard = std::max(heard, relative_difference(changed->forward(x), plain->forward(x)));
  }
  EXPECT_GT(heard, 1e-6);
}

/// Projections whose first values their papers derive; the data sheets say which and why.
bool is_derived(const std::string& projection) {
  static const std::set<std::string> kDerived = {
      "mlstm fgate_preact.weight", "mlstm igate_preact.weight", "rwkv7 a_lora.down.weight",
      "rwkv7 a_lora.up.weight",    "rwkv7 g_lora.down.weight",  "rwkv7 g_lora.up.weight",
      "rwkv7 o_proj.weight",       "rwkv7 w_lora.down.weight",  "rwkv7 w_lora.up.weight",
  };
  return kDerived.contains(projection);
}

/// Channels that one number of the output is a sum over; of those of all experts a token reads those of one at a time.
std::int64_t channels_read(const std::string& primitive, const std::string& projection, const at::Tensor& weight,
                           const Settings& set) {
  return primitive == "moe" && projection == "w3.weight" ? weight.size(2) / set.count("experts") : weight.size(2);
}

/// Otherwise a comparison of primitives is one of their authors' habits: 2^-2.5 here, N(0, 0.02²) of wide models there.
TEST_P(EveryPrimitive, DrawsItsProjectionsOnOneScale) {
  if (GetParam().protocol == Protocol::kMadLab) return;
  std::string scales;
  for (const auto& [name, value] : mixer(4)->linear_parameters()) {
    if (value.dim() != 3) continue;  // a bias
    const auto read = channels_read(GetParam().primitive, name, value, GetParam().settings);
    const auto scale = std::sqrt(value.square().mean().item<double>() * static_cast<double>(read));
    scales += "  " + name + " " + std::to_string(scale).substr(0, 4);
    if (is_derived(GetParam().primitive + " " + name)) continue;
    EXPECT_GE(scale, 0.4) << name;
    EXPECT_LE(scale, 1.3) << name;
  }
  if (GetParam().label.ends_with("_defaults_madsearch")) std::cout << GetParam().primitive << scales << std::endl;
}

TEST_P(EveryPrimitive, TrainsReplicasAsIfEachWereAlone) {
  constexpr std::int64_t R = 3;
  const auto x = input(R, at::kFloat);
  const auto together = mixer(R, at::kFloat);
  const auto all = gradients_of(*together, x);
  const auto weight = random_tensor(x.sizes(), 9, at::kFloat);
  for (std::int64_t r = 0; r < R; ++r) {
    const auto alone = mixer(1, at::kFloat, 1 + static_cast<std::uint64_t>(r));
    for (std::size_t n = 0; n < alone->parameters().size(); ++n) {
      EXPECT_EQ(together->parameters()[n].name, alone->parameters()[n].name);
      EXPECT_TRUE(at::equal(together->parameters()[n].value[r], alone->parameters()[n].value[0]))
          << alone->parameters()[n].name;
    }
    const auto one = gradients(
        *alone, [&](const at::Tensor& u) { return alone->forward(u); }, x.slice(0, r, r + 1),
        weight.slice(0, r, r + 1));
    EXPECT_LT(relative_difference(all.output[r], one.output[0]), 1e-5) << "replica " << r;
    EXPECT_LT(relative_difference(all.input[r], one.input[0]), 1e-5) << "replica " << r;
    for (const auto& [name, gradient] : one.parameters)
      EXPECT_LT(relative_difference(all.parameters.at(name)[r], gradient[0]), 1e-5) << name << " of replica " << r;
    EXPECT_EQ(alone->auxiliary_loss().defined(), alone->has_auxiliary_loss());
    if (alone->auxiliary_loss().defined()) {
      EXPECT_LT(relative_difference(together->auxiliary_loss()[r], alone->auxiliary_loss()[0]), 1e-5);
    }
  }
}

TEST_P(EveryPrimitive, DrawsParametersFromTheNameInTheModel) {
  auto build = build_for(shape(), 1);
  const auto first = build_mixer(GetParam().primitive, GetParam().settings, build.inside("stage1"));
  const auto again = build_mixer(GetParam().primitive, GetParam().settings, build.inside("stage1"));
  const auto second = build_mixer(GetParam().primitive, GetParam().settings, build.inside("stage2"));
  bool differ = false;
  for (std::size_t n = 0; n < first->parameters().size(); ++n) {
    EXPECT_TRUE(at::equal(first->parameters()[n].value, again->parameters()[n].value));
    differ |= !at::equal(first->parameters()[n].value, second->parameters()[n].value);
  }
  EXPECT_NE(differ, is_empty(GetParam()));
}

TEST_P(EveryPrimitive, KeepsTheReplicasThatAreSelected) {
  const auto block = mixer(4);
  move_parameters(*block);
  const auto x = input(4);
  const auto index = at::tensor({1, 3}, at::kLong);
  const auto before = block->forward(x).index_select(0, index);
  block->select_replicas(index);
  const auto found = gradients_of(*block, x.index_select(0, index));
  EXPECT_LT(relative_difference(found.output, before), 1e-12);
  for (const auto& [name, value] : block->parameters()) {
    EXPECT_EQ(value.size(0), 2) << name;
    EXPECT_TRUE(value.is_leaf() && found.parameters.at(name).defined()) << name << " is no longer trained";
  }
  State state;
  EXPECT_LT(relative_difference(block->step(x.index_select(0, index).select(2, 0), state), before.select(2, 0)), 1e-9);
}

TEST_P(EveryPrimitive, CostsMoreForMoreTokens) {
  if (is_empty(GetParam())) {
    EXPECT_EQ(cost(1024).flops, 0);
    return;
  }
  std::int64_t last = 0;
  for (const std::int64_t length : {1, 16, 32, 64, 128, 1024}) {
    EXPECT_GT(cost(length).flops, last) << length;
    last = cost(length).flops;
  }
  const bool fixed_state = cost(2048).state == cost(1024).state;  // then a token costs the same wherever it stands
  EXPECT_GE(cost().flops, 2 * cost().active() * kLength / 4);  // proj_groups use a parameter in four channels at most
  EXPECT_LE(static_cast<double>(cost(2048).flops), (fixed_state ? 2.1 : 4.2) * static_cast<double>(cost(1024).flops));
}

}  // namespace
}  // namespace madsearch
