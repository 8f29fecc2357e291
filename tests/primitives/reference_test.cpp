#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/ops/cells.h"
#include "primitives/ops/delta_recurrence.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/ops/gated_scan.h"
#include "primitives/ops/inner_training.h"
#include "primitives/ops/mesa_regression.h"
#include "primitives/ops/slot_attention.h"
#include "primitives/ops/softmax_attention.h"
#include "tests/golden/safetensors.h"
#include "tests/primitives/blocks.h"
#include "tests/support/folders.h"

// Our recurrences against others' plain ones, forward and backward, from zeros and from a state:
// flash-linear-attention's and PyTorch's numbers in float64, which `tools/reference` computed into
// tests/primitives/reference. Arguments have their names and layouts.
namespace madsearch {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

struct Reference {
  std::string file;
  std::function<Tensors(const Tensors&)> ours;  // from all arguments to all outputs; no initial states means zeros
  friend void PrintTo(const Reference& reference, std::ostream* out) { *out << reference.file; }
};

/// [B, T, H, C] -> [B, H, T, C], and back.
at::Tensor turned(const at::Tensor& x) { return x.transpose(1, 2); }

/// Queries as fla scales them.
at::Tensor scaled(const at::Tensor& q) { return q / std::sqrt(static_cast<double>(q.size(-1))); }

/// An argument that only some cases have.
at::Tensor given(const Tensors& in, const std::string& name) { return in.contains(name) ? in.at(name) : at::Tensor(); }

/// Attention of [B, T, H, d] and G heads of keys and values, as one replica with heads side by side.
Tensors attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t window,
                  const at::Tensor& fade = {}) {
  const auto joined = [](const at::Tensor& x) { return x.flatten(2).unsqueeze(0); };
  const auto d = q.size(3), G = k.size(2);
  SoftmaxAttention ours({.queries = q.size(2), .keys = G, .values = G, .size = d, .value_size = d, .window = window});
  const auto o = ours(joined(q), at::cat({joined(k), joined(v)}, -1), fade.defined() ? fade.unsqueeze(0) : fade);
  return {{"o", o.view(q.sizes())}};
}

/// Arguments [B, H, T, C], `decay` [B, H, T, K or 1]; `bonus` as in RWKV.
Tensors gated(const Tensors& in, const at::Tensor& q, const at::Tensor& k, const at::Tensor& decay, const at::Tensor& v,
              const at::Tensor& bonus = {}) {
  const auto [o, state] = gated_recurrence_from(given(in, "initial_state"), scaled(q), k, decay, v, bonus);
  return {{"o", o}, {"final_state", state}};
}

/// The delta rule: n steps a token on keys k [B, T n, H, K] with strengths beta [B, T n, H]; decay [B, T, H, K or 1],
/// undefined for none, comes before the first of them.
DeltaInputs delta_rule(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& beta,
                       const at::Tensor& decay) {
  auto kept = at::ones_like(k);
  if (decay.defined()) {
    const auto n = k.size(1) / decay.size(1);
    kept = at::cat({at::exp(decay).unsqueeze(2).expand({-1, -1, 1, -1, k.size(3)}),
                    at::ones({k.size(0), decay.size(1), n - 1, k.size(2), k.size(3)}, k.options())},
                   2)
               .flatten(1, 2);
  }
  return {.q = scaled(q), .a = -beta.unsqueeze(-1) * k, .b = kept * k, .v = v, .log_decay = decay};
}

Tensors delta(const Tensors& in, const DeltaInputs& inputs) {
  const auto [o, state] = delta_recurrence(inputs, given(in, "initial_state"));
  return {{"o", o}, {"final_state", state}};
}

Tensors heads_first(const Tensors& out) { return {{"o", turned(out.at("o"))}, {"final_state", out.at("final_state")}}; }

/// A recurrent network of one head; its h before the first token is "h" [B, D].
CellRun network(Cell cell, const Tensors& in, std::int64_t gates, const at::Tensor& cells) {
  const auto D = in.at("weight_hh").size(1);
  const auto x = at::linear(in.at("x"), in.at("weight_ih"), in.at("bias_ih")).unsqueeze(0);
  const auto h = given(in, "h");
  const auto weight = in.at("weight_hh").view({1, 1, gates, D, D});
  const auto bias = in.at("bias_hh").unsqueeze(0);
  return run_cell(cell, x, weight, bias, h.defined() ? h.unsqueeze(0) : h, cells);
}

const std::vector<Reference> table = {
    // by file
    {"attention",
     [](const Tensors& in) {
       const auto o = attention(turned(in.at("q")), turned(in.at("k")), turned(in.at("v")), AttentionHeads::kAll);
       return Tensors{{"o", turned(o.at("o"))}};
     }},
    {"attention_window", [](const Tensors& in) { return attention(in.at("q"), in.at("k"), in.at("v"), 3); }},
    {"comba",  // p recalls what has not decayed
     [](const Tensors& in) {
       return delta(in, {.q = scaled(in.at("q")),
                         .a = -in.at("beta").unsqueeze(-1) * in.at("k"),
                         .b = in.at("p"),
                         .v = in.at("v"),
                         .log_decay = in.at("g").unsqueeze(-1)});
     }},
    {"delta_rule",
     [](const Tensors& in) {
       return heads_first(delta(
           in, delta_rule(turned(in.at("q")), turned(in.at("k")), turned(in.at("v")), turned(in.at("beta")), {})));
     }},
    {"dplr",  // RWKV-7's: diagonal plus low rank
     [](const Tensors& in) {
       return heads_first(delta(in, {.q = scaled(turned(in.at("q"))),
                                     .a = turned(in.at("beta")),
                                     .b = turned(in.at("alpha")),
                                     .k = turned(in.at("k")),
                                     .v = turned(in.at("v")),
                                     .log_decay = turned(in.at("gk"))}));
     }},
    {"forgetting_attention",
     [](const Tensors& in) {
       return attention(in.at("q"), in.at("k"), in.at("v"), AttentionHeads::kAll, at::cumsum(in.at("g"), 1));
     }},
    {"gated_delta_product",
     [](const Tensors& in) {
       return delta(in, delta_rule(in.at("q"), in.at("k"), in.at("v"), in.at("beta"), in.at("g").unsqueeze(-1)));
     }},
    {"gated_delta_rule",
     [](const Tensors& in) {
       return delta(in, delta_rule(in.at("q"), in.at("k"), in.at("v"), in.at("beta"), in.at("g").unsqueeze(-1)));
     }},
    {"gdn2",  // erases by a gate for each key channel, writes by one for each value channel
     [](const Tensors& in) {
       const auto k = in.at("k");
       return delta(in, {.q = scaled(in.at("q")),
                         .a = -k,
                         .b = in.at("b") * k * at::exp(in.at("g")),
                         .k = k,
                         .v = in.at("w") * in.at("v"),
                         .log_decay = in.at("g")});
     }},
    {"gla",
     [](const Tensors& in) {
       return heads_first(gated(in, turned(in.at("q")), turned(in.at("k")), turned(in.at("gk")), turned(in.at("v"))));
     }},
    {"gru",
     [](const Tensors& in) {
       const auto h = network(Cell::kGru, in, 3, {}).h[0];
       return Tensors{{"o", h}, {"final_h", h.select(1, -1)}};
     }},
    {"gsa",
     [](const Tensors& in) {
       const auto slots = slot_attention({.q = scaled(turned(in.at("q"))),
                                          .k = turned(in.at("k")),
                                          .v = turned(in.at("v")),
                                          .written = turned(in.at("s")),
                                          .log_decay = turned(in.at("g"))},
                                         given(in, "initial_keys"), given(in, "initial_values"));
       return Tensors{{"o", turned(slots.o)}, {"final_keys", slots.keys}, {"final_values", slots.values}};
     }},
    {"hgrn",
     [](const Tensors& in) {
       const auto h = gated_scan(in.at("g"), in.at("x"), given(in, "initial_state"), Decay::kLogarithm);
       return Tensors{{"o", h}, {"final_state", h.select(1, -1)}};
     }},
    {"kda",
     [](const Tensors& in) {
       return delta(in, delta_rule(in.at("q"), in.at("k"), in.at("v"), in.at("beta"), in.at("g")));
     }},
    {"lstm",
     [](const Tensors& in) {
       const auto c = given(in, "c");
       const auto run = network(Cell::kLstm, in, 4, c.defined() ? c.unsqueeze(0).unsqueeze(2) : c);
       return Tensors{{"o", run.h[0]}, {"final_h", run.h[0].select(1, -1)}, {"final_c", run.cells[0].select(1, 0)}};
     }},
    {"mesa_net",
     [](const Tensors& in) {
       const auto q = turned(in.at("q"));
       const auto state =
           in.contains("h_kk_init") ? at::stack({in.at("h_kk_init"), in.at("h_kv_init")}, 2) : at::Tensor();
       const auto out = mesa_regression({.q = q,
                                         .k = turned(in.at("k")),
                                         .v = turned(in.at("v")),
                                         .log_decay = turned(in.at("g")),
                                         .beta = turned(in.at("beta")),
                                         .lambda = in.at("lamb").expand({q.size(0), q.size(1), q.size(3)})},
                                        state);
       return Tensors{{"o", turned(out.o)}, {"h_kk", out.state.select(2, 0)}, {"h_kv", out.state.select(2, 1)}};
     }},
    {"retention",
     [](const Tensors& in) {
       const auto q = in.at("q");
       const auto decay = at::log1p(-at::exp2(-5 - at::arange(q.size(1), q.options())));
       return Tensors{
           {"o", gated(in, q, in.at("k"), decay.view({1, -1, 1, 1}).expand({q.size(0), -1, q.size(2), 1}), in.at("v"))
                     .at("o")}};
     }},
    {"rwkv6", [](const Tensors& in) { return gated(in, in.at("q"), in.at("k"), in.at("w"), in.at("v"), in.at("u")); }},
    {"simple_gla",
     [](const Tensors& in) {
       return heads_first(
           gated(in, turned(in.at("q")), turned(in.at("k")), turned(in.at("g")).unsqueeze(-1), turned(in.at("v"))));
     }},
    // the scale of a place in the mini-batch, no rates of tokens; what the model answers is added to its own norm
    {"ttt_linear",
     [](const Tensors& in) {
       const auto q = turned(in.at("q"));
       const auto scale = in.at("eta");
       const auto w = in.at("w").unsqueeze(1);
       const auto b = in.at("b").unsqueeze(1);
       const auto B = q.size(0), H = q.size(1), T = q.size(2), F = q.size(3), n = scale.size(0);
       const auto W = in.contains("initial_state") ? in.at("initial_state") : at::zeros({B, H, F, F}, q.options());
       const auto before =
           in.contains("initial_state") ? in.at("initial_state_bias").squeeze(2) : at::zeros({B, H, F}, q.options());
       const auto trained = train_inner({.q = q,
                                         .k = turned(in.at("k")),
                                         .v = turned(in.at("v")),
                                         .rate = at::ones({B, H, T}, q.options()),
                                         .scale = scale.expand({B, H, n}),
                                         .weight = in.at("w").expand({B, H, F}),
                                         .bias = in.at("b").expand({B, H, F}),
                                         .W = W,
                                         .b = before});
       const auto o = trained.z + at::layer_norm(trained.z, {F}, {}, {}, 1e-6) * w + b;
       return Tensors{{"o", turned(o)}, {"final_state", trained.W}, {"final_state_bias", trained.b.unsqueeze(2)}};
     }},
};

std::filesystem::path folder() { return in_source("tests/primitives/reference"); }

class DistilledFilters : public ::testing::TestWithParam<Reference> {};

INSTANTIATE_TEST_SUITE_P(Reference, DistilledFilters, ::testing::ValuesIn(table),
                         [](const auto& of) { return of.param.file; });

TEST_P(DistilledFilters, GiveOthersNumbersForwardAndBackward) {
  std::map<std::string, Tensors> file;  // what a name begins with -> the rest of it
  for (const auto& [name, tensor] : read_safetensors(folder() / (GetParam().file + ".safetensors"))) {
    const auto dot = name.find('.');
    const auto numbers = at::from_blob(const_cast<double*>(tensor.real.data()), tensor.shape, at::kDouble);
    file[name.substr(0, dot)][name.substr(dot + 1)] = numbers.clone();
  }
  for (const std::string start : {"zeros", "state"}) {
    if (!file.contains(start)) continue;  // attention has no state
    SCOPED_TRACE("from " + start);
    Tensors leaves;
    for (const auto& group : start == "zeros" ? std::vector{"input"} : std::vector{"input", "initial"})
      for (const auto& [name, value] : file.at(group)) leaves[name] = value.clone().set_requires_grad(true);
    auto loss = at::zeros({}, at::kDouble);
    const auto outputs = GetParam().ours(leaves);
    for (const auto& [name, weight] : file.at("weight")) {
      const auto& output = outputs.at(name);
      EXPECT_LT(relative_difference(output, file.at(start).at(name)), 1e-9) << name;
      loss = loss + (output * weight).sum();
    }
    loss.backward();
    for (const auto& [name, leaf] : leaves)
      EXPECT_LT(relative_difference(leaf.grad(), file.at(start).at("grad." + name)), 1e-9) << name;
  }
}

TEST(Reference, HasAFileForEveryRowAndARowForEveryFile) {
  std::set<std::string> files, rows;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".safetensors") files.insert(entry.path().stem());
  for (const auto& row : table) rows.insert(row.file);
  EXPECT_EQ(rows, files);
}

}  // namespace
}  // namespace madsearch
