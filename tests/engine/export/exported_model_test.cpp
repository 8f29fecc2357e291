#include "engine/export/exported_model.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

const Genome kBranches = parse(
    "attention{heads=2,window=1/8}@a (swiglu{inner=8/3} + mamba gla{conv=4}){merge=projected} "
    "attention{heads=2,window=1/8}@a attention{heads=2}@a:kv");

TEST(ExportedModel, SaysItsSizesAndWhatItsLayersAre) {
  const auto config = Json::parse(config_json({.genome = kBranches, .width = 32, .vocabulary = 50, .length = 128}));
  EXPECT_EQ(config.at("hidden_size"), 32);
  EXPECT_EQ(config.at("vocab_size"), 50);
  EXPECT_EQ(config.at("max_position_embeddings"), 128);
  EXPECT_EQ(config.at("tie_word_embeddings"), false);
  EXPECT_EQ(config.at("layers").size(), 6u);
  EXPECT_EQ(config.at("layers")[0].at("knobs"), Json::parse(R"({"heads": 2, "kv_heads": "all", "window": "1/8",
      "sinks": 0, "rotary": true, "qk_norm": false, "gate": false, "conv": null, "input_conv": null})"));
  EXPECT_EQ(config.at("layers")[1].at("knobs").at("inner"), "8/3");
  EXPECT_EQ(config.at("layers")[4], Json::parse(R"({"mixer": "attention", "weights_of": 0})"));
  EXPECT_EQ(config.at("layers")[5].at("keys_values_of"), 0);
  EXPECT_EQ(config.at("merges"), Json::parse(R"([{"merge": "projected", "branches": 2}])"));
  EXPECT_EQ(config.at("stages"), Json::parse(R"([0, {"merge": 0, "branches": [[1], [2, 3]]}, 4, 5])"));
}

TEST(ExportedModel, NamesParametersAsOthersDo) {
  const auto name = [](const char* ours) { return exported_name(kBranches, ours); };
  EXPECT_EQ(name("embedding.weight"), "model.embed_tokens.weight");
  EXPECT_EQ(name("stage1.norm.rms.weight"), "model.layers.0.norm.weight");
  EXPECT_EQ(name("stage1.mixer.Wqkv.weight"), "model.layers.0.mixer.Wqkv.weight");
  EXPECT_EQ(name("stage1.mixer.input_conv.conv1d.weight"), "model.layers.0.input_conv.conv1d.weight");
  EXPECT_EQ(name("stage5.beta2.weight"), "model.merges.0.norms.1.weight");
  EXPECT_EQ(name("stage5.out_proj.weight"), "model.merges.0.out_proj.weight");
  EXPECT_EQ(name("stage7.norm.layer.bias"), "model.layers.5.norm.bias");
  EXPECT_EQ(name("final.norm.rms.weight"), "model.norm.weight");
  EXPECT_EQ(name("unembedding.bias"), "lm_head.bias");
  EXPECT_THROW(name("decoder0.linear.weight"), std::invalid_argument);
}

TEST(ExportedModel, NamesClassesAsPythonDoes) {
  EXPECT_EQ(class_name("gated_delta_net2"), "GatedDeltaNet2");
  EXPECT_EQ(class_name("gla"), "Gla");
}

}  // namespace
}  // namespace madsearch
