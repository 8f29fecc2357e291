#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "primitives/fused.h"
#include "primitives/recurrences.h"
#include "tests/golden/safetensors.h"
#include "tests/primitives/blocks.h"

// Our recurrences against others' plain ones, forward and backward, from zeros and from a state: flash-linear-attention's and PyTorch's
// numbers in float64, which `tools/reference` computed into tests/primitives/reference. Arguments have their names and layouts.
namespace madsearch {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

struct Reference {
  std::string file;
  std::function<Tensors(const Tensors&)> ours;                // from all arguments to all outputs; no initial states means zeros
  friend void PrintTo(const Reference& reference, std::ostream* out) { *out << reference.file; }
};

/// fla's [B, T, H, C] -> ours [B, H, T, C], and back.
at::Tensor turned(const at::Tensor& x) { return x.transpose(1, 2); }

/// Queries as fla scales them.
at::Tensor scaled(const at::Tensor& q) { return q / std::sqrt(static_cast<double>(q.size(-1))); }

/// Heads [B, T, H, d] side by side, as one replica.
at::Tensor joined(const at::Tensor& x) { return x.flatten(2).unsqueeze(0); }

Tensors attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t window) {
  const auto o = fused_attention(joined(q), at::cat({joined(k), joined(v)}, -1), {}, q.size(2), k.size(2), q.size(3), window);
  return {{"o", o.view(q.sizes())}};
}

const std::vector<Reference> table = {  // by file
    {"attention",
     [](const Tensors& in) {
       const auto o = attention(turned(in.at("q")), turned(in.at("k")), turned(in.at("v")), in.at("q").size(2));
       return Tensors{{"o", turned(o.at("o"))}};
     }},
    {"attention_window", [](const Tensors& in) { return attention(in.at("q"), in.at("k"), in.at("v"), 3); }},
    {"retention",
     [](const Tensors& in) {
       const auto q = in.at("q"), decay = at::log1p(-at::exp2(-5 - at::arange(q.size(1), q.options())));
       return Tensors{{"o", gated_recurrence(scaled(q), in.at("k"), decay.view({1, -1, 1, 1}).expand_as(q), in.at("v"))}};
     }},
};

std::filesystem::path folder() { return std::filesystem::path(MADSEARCH_SOURCE_DIR) / "tests/primitives/reference"; }

class Recurrences : public ::testing::TestWithParam<Reference> {};

INSTANTIATE_TEST_SUITE_P(Reference, Recurrences, ::testing::ValuesIn(table), [](const auto& of) { return of.param.file; });

TEST_P(Recurrences, GiveOthersNumbersForwardAndBackward) {
  std::map<std::string, Tensors> given;                       // what a name begins with -> the rest of it
  for (const auto& [name, tensor] : read_safetensors(folder() / (GetParam().file + ".safetensors"))) {
    const auto dot = name.find('.');
    const auto numbers = at::from_blob(const_cast<double*>(tensor.real.data()), tensor.shape, at::kDouble);
    given[name.substr(0, dot)][name.substr(dot + 1)] = numbers.clone();
  }
  for (const std::string start : {"zeros", "state"}) {
    if (!given.contains(start)) continue;                     // attention has no state
    SCOPED_TRACE("from " + start);
    Tensors leaves;
    for (const auto& group : start == "zeros" ? std::vector{"input"} : std::vector{"input", "initial"})
      for (const auto& [name, value] : given.at(group)) leaves[name] = value.clone().set_requires_grad(true);
    auto loss = at::zeros({}, at::kDouble);
    const auto outputs = GetParam().ours(leaves);
    for (const auto& [name, weight] : given.at("weight")) {
      const auto& output = outputs.at(name);
      EXPECT_LT(relative_difference(output, given.at(start).at(name)), 1e-9) << name;
      loss = loss + (output * weight).sum();
    }
    loss.backward();
    for (const auto& [name, leaf] : leaves) EXPECT_LT(relative_difference(leaf.grad(), given.at(start).at("grad." + name)), 1e-9) << name;
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
