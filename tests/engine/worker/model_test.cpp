#include "engine/worker/model.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/worker/metrics.h"
#include "engine/worker/optimizer.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "support.h"
#include "tests/golden/safetensors.h"

namespace madsearch {
namespace {

using testing::distance;

at::Tensor some_tokens(std::int64_t vocabulary, at::IntArrayRef shape) {
  return at::arange(c10::multiply_integers(shape), at::kLong).mul_(7).remainder_(vocabulary).view(shape);
}

/// Branches, nested ones too, a shared weight set, and shared keys and values.
const char* const kMixed =
    "attention{heads=4}@a swiglu (mamba swiglu + attention{heads=2}@b) linear_attention{heads=4} attention{heads=4}@a "
    "attention{heads=2}@b gla{heads=2} mlp";

/// Steps through 12 tokens: logits as forward gives them, and at the end the state that the data sheets declare.
void expect_steps(const char* design) {
  constexpr std::int64_t T = 12;
  const auto genome = testing::sized(design, 32, T);
  Model model(genome, testing::model_options(32, 16, T, {1, 2}, at::kDouble));
  const at::NoGradGuard no_grad;
  const auto tokens = some_tokens(16, {2, 3, T});
  const auto expected = model.forward(tokens);
  auto states = model.start();
  for (std::int64_t t = 0; t < T; ++t)
    EXPECT_LT(distance(model.step(tokens.select(2, t), states), expected.select(2, t)), 1e-9)
        << design << ", token " << t;
  std::int64_t carried = 0;
  for (const auto& state : states) carried += state.numbers();
  EXPECT_EQ(carried, cost(genome, {32, T}).state) << design;
}

TEST(Model, StepsAsItGoesForwardAndCarriesTheStateDeclared) { expect_steps(kMixed); }

TEST(Model, CarriesSharedKeysAndValuesOnce) {
  expect_steps("attention{heads=4}@a swiglu attention{heads=4}@a:kv swiglu");
  expect_steps("attention{heads=4,window=4}@a swiglu attention{heads=4}@a:kv attention{heads=4,window=4}@a:kv");
  expect_steps("attention{heads=4,window=1/3}@a swiglu attention{heads=4,window=3}@a:kv attention{window=1/8,sinks=1}");
}

TEST(Model, DrawsEveryLinearOfMadLabsAutoEncoderAgainAndNothingElse) {
  auto options = testing::model_options(16, 8, 12, {1});
  options.protocol = Protocol::kMadLab;
  options.backbone = Backbone::kAutoEncoder;
  const Model encoder(testing::sized("hyena swiglu", 16, 12), options);
  std::map<std::string, double> deviations;
  for (const auto& p : encoder.parameters())
    deviations[p.name] = p.value.numel() > 1 ? p.value.std().item<double>() : 0;
  int linears = 0;
  int others = 0;
  for (const auto& [name, deviation] : deviations) {
    const bool convolution = name.find("short_filter") != std::string::npos;
    const bool redrawn = name.ends_with("in_proj.weight") ||
                         (name.find("implicit_filter") != std::string::npos && name.ends_with("weight"));
    linears += redrawn, others += convolution;
    if (redrawn) {
      EXPECT_NEAR(deviation, 0.02, 0.015) << name;
    }
    if (name.ends_with("in_proj.bias")) {
      EXPECT_EQ(deviation, 0) << name;
    }
    if (convolution) {
      EXPECT_GT(deviation, 0.2) << name;
    }
  }
  EXPECT_GE(linears, 5);
  EXPECT_GE(others, 1);
}

TEST(Model, StepsInItsDistilledFormAndCarriesTheStateCounted) {
  constexpr std::int64_t T = 32;
  for (const auto* design : {"hyena{filter_order=2}@a swiglu attention{heads=4} hyena{filter_order=2}@a",
                             "mh_hyena{head_size=4} swiglu mamba"}) {
    const auto genome = testing::sized(design, 16, T);
    Model model(genome, testing::model_options(16, 16, T, {1}, at::kDouble));
    const at::NoGradGuard no_grad;
    for (const auto& parameter : model.parameters())
      if (parameter.name.ends_with("freq")) parameter.value.mul_(0.1);  // smooth filters
    const auto tokens = some_tokens(16, {1, 2, T});
    const auto exact = model.forward(tokens);
    const auto state = model.distil_filters();
    EXPECT_EQ(model.exact_state(), cost(genome, {16, T}).state);
    EXPECT_LT(state, model.exact_state()) << design;
    const auto expected = model.forward(tokens);
    EXPECT_LT(distance(expected, exact), 1e-2) << design;
    EXPECT_GT(distance(expected, exact), 1e-12) << design;
    auto states = model.start();
    for (std::int64_t t = 0; t < T; ++t)
      EXPECT_LT(distance(model.step(tokens.select(2, t), states), expected.select(2, t)), 1e-8)
          << design << ", token " << t;
    std::int64_t carried = 0;
    for (const auto& each : states) carried += each.numbers();
    EXPECT_EQ(carried, state) << design;
  }
}

class EveryMerge : public ::testing::TestWithParam<Merge> {};

/// By hand, from the equations of Merge.
TEST_P(EveryMerge, ComputesWhatItSays) {
  const auto merge = GetParam();
  Model model(testing::sized("(swiglu{inner=1} + swiglu{inner=2}){merge=" + to_text(merge) + "}", 32, 8),
              testing::model_options(32, 16, 8, {1}, at::kDouble));
  const at::NoGradGuard no_grad;
  std::map<std::string, at::Tensor> p;
  for (const auto& one : model.parameters()) {
    p[one.name] = one.value[0];
    if (one.name.find("norm") != std::string::npos || one.name.find("beta") != std::string::npos)
      one.value.add_(at::sin(at::arange(32, at::kDouble)), 0.3);  // ones would hide a norm that is left out
  }
  const auto norm = [](const at::Tensor& x, const at::Tensor& w) {
    return x / (x.square().mean(-1, true) + 1e-5).sqrt() * w;
  };
  const auto branch = [&](const at::Tensor& x, const std::string& stage) {
    const auto n = norm(x, p.at(stage + ".norm.rms.weight"));
    const auto product = [&](const at::Tensor& u, const char* w) {
      return at::matmul(u, p.at(stage + ".mixer." + w + ".weight").t());
    };
    return product(at::silu(product(n, "w1")) * product(n, "w2"), "w3");
  };
  const auto tokens = some_tokens(16, {2, 8});
  const auto x = p.at("embedding.weight").index({tokens});
  const auto normed = [&](const std::string& stage, const std::string& beta) {
    return norm(branch(x, stage), p.at("stage3." + beta + ".weight"));
  };
  at::Tensor y;
  if (merge == Merge::kSum) y = x + branch(x, "stage1") + branch(x, "stage2");
  if (merge != Merge::kSum) y = (normed("stage1", "beta1") + normed("stage2", "beta2")) / 2;
  if (merge == Merge::kProjected) y = at::matmul(y, p.at("stage3.out_proj.weight").t());
  if (merge != Merge::kSum) y = x + y;
  const auto logits =
      at::matmul(norm(y, p.at("final.norm.rms.weight")), p.at("unembedding.weight").t()) + p.at("unembedding.bias");
  EXPECT_LT(distance(model.forward(tokens)[0], logits), 1e-12);
}

TEST_P(EveryMerge, CostsTheParametersThatItHas) {
  const auto genome = testing::sized("(swiglu{inner=1} + gla + mamba){merge=" + to_text(GetParam()) + "}", 32, 8);
  std::int64_t count = 0;
  for (const auto& one : Model(genome, testing::model_options(32, 16, 8, {1})).parameters())
    if (one.name.starts_with("stage")) count += one.value.numel();
  EXPECT_EQ(cost(genome, {32, 8}).parameters, count);
}

INSTANTIATE_TEST_SUITE_P(Merges, EveryMerge, ::testing::ValuesIn(kMerges),
                         [](const auto& of) { return to_text(of.param); });

TEST(Model, SharesOneWeightSetUnderOneLabel) {
  const auto count = [](const char* design) {
    std::int64_t n = 0;
    for (const auto& p : Model(testing::sized(design, 32, 8), testing::model_options(32, 16, 8, {1})).parameters())
      n += p.value.numel();
    return n;
  };
  const auto shared = count("attention{heads=4}@a attention{heads=4}@a"),
             apart = count("attention{heads=4} attention{heads=4}"), one = count("attention{heads=4}");
  EXPECT_EQ(shared, one + 32);  // the norm of the second use
  EXPECT_LT(shared, apart);
}

TEST(Model, HoldsTheParametersThatTheDataSheetsDeclare) {
  for (const char* design :
       {kMixed, "hyena swiglu", "mh_hyena moe", "mamba mamba", "(attention{heads=2} + gla{heads=2}) swiglu"}) {
    const auto genome = testing::sized(design, 32, 16);
    std::int64_t n = 0;
    for (const auto& p : Model(genome, testing::model_options(32, 16, 16, {1})).parameters())
      if (p.name.rfind("stage", 0) == 0) n += p.value.numel();
    EXPECT_EQ(n, cost(genome, {32, 16}).parameters) << design;
  }
}

TEST(Model, ReplicasEqualSingleRuns) {
  const auto genome = testing::sized(kMixed, 32, 12);
  Model both(genome, testing::model_options(32, 16, 12, {5, 6})),
      first(genome, testing::model_options(32, 16, 12, {5})), second(genome, testing::model_options(32, 16, 12, {6}));
  const auto tokens = some_tokens(16, {2, 12});
  const auto targets = tokens.roll({-1}, {1}).flatten();
  const auto scored = at::arange(24, at::kLong);
  for (auto* model : {&both, &first, &second}) mean_loss(model->forward(tokens, scored), targets).sum().backward();
  const auto expected = at::cat({first.forward(tokens), second.forward(tokens)});
  EXPECT_LT(distance(both.forward(tokens), expected), 1e-5);
  const auto all = both.parameters();
  const auto a = first.parameters();
  const auto b = second.parameters();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].value.grad().defined()) continue;
    EXPECT_LT(distance(all[i].value.grad(), at::cat({a[i].value.grad(), b[i].value.grad()})), 1e-5) << all[i].name;
  }
}

TEST(Model, TiedUsesOneMatrixForBothEnds) {
  auto options = testing::model_options(32, 16, 8, {1, 2});
  const auto genome = testing::sized("identity", 32, 8);
  const auto numbers = [&] {
    std::int64_t n = 0;
    for (const auto& p : Model(genome, options).parameters()) n += p.value.numel() / 2;  // of a replica
    return n;
  };
  const auto untied = numbers();
  options.tied = true;
  EXPECT_EQ(untied - numbers(), 16 * 32 + 16) << "the unembedding and its bias";
  Model model(genome, options);
  const auto tokens = at::arange(8, at::kLong).view({1, 8});
  const auto embedding = model.parameters()[0].value.detach();  // [R, V, D]
  const auto logits = model.forward(tokens);
  for (std::int64_t r = 0; r < 2; ++r) {  // the block and the norms keep a token's own row
    const auto rows = logits[r][0].softmax(-1).argmax(-1);
    EXPECT_TRUE(at::equal(rows, (embedding[r].slice(0, 0, 8).matmul(embedding[r].t())).argmax(-1))) << r;
  }
}

TEST(Model, GathersOnlyScoredPositions) {
  Model model(testing::sized("attention{heads=4} swiglu", 32, 8), testing::model_options(32, 16, 8, {1, 2}));
  const auto tokens = some_tokens(16, {2, 8});
  const auto scored = at::tensor({3, 7, 12}, at::kLong);
  EXPECT_LT(distance(model.forward(tokens, scored), model.forward(tokens).flatten(1, 2).index_select(1, scored)), 1e-6);
}

TEST(Model, RefusesALongerInputAndAnUnknownNorm) {
  auto options = testing::model_options(32, 16, 8, {1});
  Model model(testing::sized("mlp", 32, 8), options);
  EXPECT_THROW(model.forward(some_tokens(16, {1, 9})), std::invalid_argument);
  options.norm = "batchnorm";
  EXPECT_THROW(Model(testing::sized("mlp", 32, 8), options), std::invalid_argument);
}

TEST(Model, DecodesEveryPositionFromTheLastOne) {
  auto options = testing::model_options(32, 16, 8, {1});
  options.backbone = Backbone::kAutoEncoder;
  Model model(testing::sized("mlp", 32, 8), options);
  auto tokens = some_tokens(16, {1, 8});
  const auto before = model.forward(tokens);
  tokens[0][2] = 3;  // an MLP carries nothing to the last position
  EXPECT_TRUE(at::equal(model.forward(tokens), before));
  tokens[0][7] = (tokens[0][7].item<std::int64_t>() + 1) % 16;
  EXPECT_FALSE(at::equal(model.forward(tokens), before));
  EXPECT_EQ(before.sizes(), (std::vector<std::int64_t>{1, 1, 8, 16}));
}

/// The reference's layer and its configuration as text of ours.
std::string text_of(const std::string& layer, const nlohmann::json& config) {
  const auto number = [&](const char* key) { return std::to_string(config[key].get<std::int64_t>()); };
  if (layer == "swiglu") return "swiglu{inner=3}";  // ceil16(8 D / 3) = 96 at D = 32
  if (layer == "mh-attention") return "attention{heads=" + number("n_heads") + "}";
  if (layer == "mamba")
    return "mamba{state=" + number("d_state") + ",expand=" + number("expand") + ",conv=" + number("d_conv") + "}";
  throw std::invalid_argument("no text for layer " + layer);
}

class Golden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto folder = golden_folder();
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no golden vectors at " << folder;
    const auto file = (folder / GetParam()).string();
    tensors_ = testing::golden(file + ".safetensors");
    const auto json = nlohmann::json::parse(std::ifstream(file + ".json"));
    std::string design;
    for (std::size_t i = 0; i < json["layers"].size(); ++i)
      design += text_of(json["layers"][i], json["layer_configs"][i]) + " ";
    auto options = testing::model_options(json["dim"], json["vocab"], json["seq_len"], {1}, at::kDouble);
    options.protocol = Protocol::kMadLab;
    encoder_ = json["backbone"] == "AutoEncoder";
    if (encoder_) options.backbone = Backbone::kAutoEncoder;
    options.norm = json["norm"] == "RMSNorm" ? "rmsnorm" : "layernorm";
    model_ = std::make_unique<Model>(parse(design), options);
    const at::NoGradGuard no_grad;
    for (const auto& p : model_->parameters()) p.value.copy_(ours(p.name, "param.").view(p.value.sizes()));
    scored_ = tensors_.at("targets").flatten().ne(-100).nonzero().squeeze(1);
    targets_ = tensors_.at("targets").flatten().index_select(0, scored_);
  }

  /// The reference's tensor of our parameter `name`, with the replica axis.
  at::Tensor ours(const std::string& name, const std::string& kind) const {
    const auto at = [&](const std::string& theirs) {
      const auto found = tensors_.find(kind + theirs);
      if (found == tensors_.end()) throw std::invalid_argument(name + ": no tensor " + kind + theirs);
      return found->second.unsqueeze(0);
    };
    const auto last = name.substr(name.rfind('.') + 1);
    if (name == "embedding.weight") return at("token_embeds.weight");
    if (name.rfind("unembedding.", 0) == 0) return at("unembed.1." + last);
    if (name.rfind("final.norm.", 0) == 0) return at("unembed.0." + last);
    if (name.rfind("decoder", 0) == 0) {
      const int index = name[7] - '0';
      return at("decoder." + std::to_string(3 * index + (name.find(".linear.") != std::string::npos)) + "." + last);
    }
    const auto dot = name.find('.');
    const auto stage = (encoder_ ? "encoder." : "model.") +
                       std::to_string(std::stoi(name.substr(5, dot - 5)) - 1);  // node 0 is the input
    const auto rest = name.substr(dot + 1);
    if (rest.rfind("norm.", 0) == 0) return at(stage + ".0." + last);
    return at(stage + ".1." + rest.substr(6));  // after "mixer.": our names are the reference's
  }

  at::Tensor loss() { return mean_loss(model_->forward(tensors_.at("ids"), scored_), targets_).sum(); }

  std::map<std::string, at::Tensor> tensors_;
  std::unique_ptr<Model> model_;
  at::Tensor scored_, targets_;
  bool encoder_ = false;
};

TEST_P(Golden, LogitsLossAndGradientsAreTheReferences) {
  EXPECT_LT(distance(model_->forward(tensors_.at("ids"))[0], tensors_.at("f64.logits")), 2e-6);
  auto value = loss();
  EXPECT_LT(distance(value.view({1}), tensors_.at("f64.loss")), 2e-6);
  value.backward();
  for (const auto& p : model_->parameters())
    EXPECT_LT(distance(p.value.grad(), ours(p.name, "f64.grad.").view(p.value.sizes())), 1e-5) << p.name;
}

TEST_P(Golden, TenStepsOfAdamWAreTheReferences) {
  AdamW optimizer(*model_, {1e-3}, {0.1}, {});
  const auto losses = tensors_.at("f64.adamw10.losses");
  for (std::int64_t i = 0; i < 10; ++i) {
    auto value = loss();
    EXPECT_LT(distance(value, losses[i]), 1e-6) << "step " << i;
    value.backward();
    optimizer.step(1);
  }
  for (const auto& p : model_->parameters())
    EXPECT_LT(distance(p.value, ours(p.name, "f64.adamw10.param.").view(p.value.sizes())), 5e-5) << p.name;
}

INSTANTIATE_TEST_SUITE_P(Models, Golden, ::testing::Values("lm.attn-swiglu-x2", "ae.mamba-swiglu-mhattn-swiglu"),
                         [](const auto& info) { return std::string(info.param).substr(0, 2); });

}  // namespace
}  // namespace madsearch
