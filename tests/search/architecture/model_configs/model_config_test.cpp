#include "search/architecture/model_configs/model_config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "configs/errors.h"
#include "search/architecture/designs.h"
#include "search/architecture/model_configs/model_types.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::ordered_json;

/// A file of tests/data/models, and what it becomes.
struct Model {
  std::string folder, text, note;
};

const std::vector<Model> kModels = {
    {"bamba-9b", "attention{kv_heads=1} [swiglu mamba2]x8 swiglu",
     "32 layers, cut to the 9 that repeat, from which 1 differs; all channels of heads turned by position for 0.5 of "
     "them; state 16 for 128"},
    {"falcon-h1-0.5b", "(attention{kv_heads=1} + mamba2{expand=3/2}){merge=sum} swiglu",
     "36 layers, cut to the one that repeats; multipliers of its maximal-update scaling left out; rotary base 10000 "
     "for 100000000000; Mamba-2 keeps its norm; queries as wide as the model for 512 of 1024; state 16 for 128"},
    {"falcon-mamba-7b", "mamba", "64 layers, cut to the one that repeats; norms inside Mamba left out"},
    {"fla-comba", "comba swiglu", "21 layers, cut to the one that repeats"},
    {"fla-delta-net-1.3b", "delta_net swiglu", "24 layers, cut to the one that repeats"},
    {"fla-forgetting", "forgetting_attention{gate=on, qk_norm=on} swiglu", "24 layers, cut to the one that repeats"},
    {"fla-gated-deltanet-h1", "gated_delta_net swiglu attention{window=1/2} swiglu",
     "20 layers, cut to the 2 that repeat"},
    {"fla-gated-deltaproduct", "delta_product{forget_gate=on} swiglu",
     "21 layers, cut to the one that repeats; keys as wide as the model for 3/4 of it; values as wide as the model for "
     "3/2 of it"},
    {"fla-gla-1.3b", "gla{expand_k=1/2} swiglu", "24 layers, cut to the one that repeats"},
    {"fla-gla-hybrid", "[gla{conv=4, expand_k=1/2} swiglu]x3 attention{kv_heads=1} swiglu",
     "24 layers, cut to the 4 that repeat"},
    {"fla-gsa", "gated_slot_attention swiglu", "24 layers, cut to the one that repeats; slots 16 for 64"},
    {"fla-hgrn2", "hgrn2 swiglu",
     "24 layers, cut to the one that repeats; lower bound 0 for one a layer, learned; state 16 for 128"},
    {"fla-kda", "kda swiglu", "24 layers, cut to the one that repeats"},
    {"fla-linear-attn", "linear_attention{feature_map=hedgehog} swiglu",
     "24 layers, cut to the one that repeats; the norm behind the heads left out"},
    {"fla-mamba3", "mamba3", "48 layers, cut to the one that repeats; state 16 for 128; heads of 16 channels for 64"},
    {"fla-mesa-net", "mesa_net swiglu", "24 layers, cut to the one that repeats"},
    {"fla-mla", "mla swiglu", "24 layers, cut to the one that repeats"},
    {"fla-retnet", "retnet swiglu", "24 layers, cut to the one that repeats"},
    {"fla-rwkv6", "rwkv6 rwkv_channel",
     "24 layers, cut to the one that repeats; keys as wide as the model for expand_k 0.5"},
    {"fla-rwkv7", "rwkv7 rwkv_channel{gate=off}",
     "24 layers, cut to the one that repeats; values of later layers not mixed with the first one's"},
    {"fla-samba", "mamba swiglu attention{window=1/2} swiglu", "18 layers, cut to the 2 that repeat"},
    {"fla-transformer", "attention{qk_norm=on, window=1/8} swiglu",
     "24 layers, cut to the one that repeats; biases of queries, keys and values left out"},
    {"gemma-2b", "attention{kv_heads=1} swiglu{activation=gelu}",
     "18 layers, cut to the one that repeats; the embedding's scale left out; key heads 1 of 4 for 1 of 8"},
    {"jamba-v0.1",
     "[mamba swiglu mamba moe]x2 attention{kv_heads=1, rotary=off} swiglu mamba moe mamba swiglu mamba moe",
     "32 layers, cut to the 8 that repeat; norms inside Mamba left out; 4 experts of which 2 answer for 16 and 2"},
    {"kimi-linear-48b", "[kda moe{shared=1}]x3 mla{rope=none} moe{shared=1}",
     "27 layers, cut to the 4 that repeat, from which 1 differs; keys and values as wide as the model for 4096 of "
     "2304; kv_rank 1/4 for 2/9; the first layers have experts too; 4 experts of which 2 answer for 256 and 8"},
    {"lfm2-1.2b",
     "gated_short_conv [swiglu attention{kv_heads=1, qk_norm=on} [swiglu gated_short_conv]x2]x2 swiglu "
     "attention{kv_heads=1, qk_norm=on} swiglu",
     "16 layers that do not repeat, cut to layers 1 to 8: gated_short_conv swiglu 5 of 8 for 10 of 16, "
     "attention{kv_heads=1, qk_norm=on} swiglu 3 of 8 for 6 of 16; rotary base 10000 for 1000000"},
    {"llama-3.2-1b", "attention{kv_heads=1} swiglu",
     "16 layers, cut to the one that repeats; rotary base 10000 for 500000; rope_scaling left out"},
    {"mamba-130m", "mamba", "24 layers, cut to the one that repeats"},
    {"mamba2-1.3b", "mamba2", "48 layers, cut to the one that repeats; state 16 for 128; heads of 16 channels for 64"},
    {"mistral-7b", "attention{kv_heads=1, window=1/8} swiglu", "32 layers, cut to the one that repeats"},
    {"mixtral-8x7b", "attention{kv_heads=1} moe",
     "32 layers, cut to the one that repeats; 4 experts of which 2 answer for 8 and 2; rotary base 10000 for 1000000"},
    {"qwen2-0.5b", "attention{kv_heads=1} swiglu",
     "24 layers, cut to the one that repeats; biases of queries, keys and values left out; rotary base 10000 for "
     "1000000; key heads 1 of 4 for 2 of 14"},
    {"qwen3-0.6b", "attention{kv_heads=2, qk_norm=on} swiglu",
     "28 layers, cut to the one that repeats; queries as wide as the model for 2048 of 1024; rotary base 10000 for "
     "1000000"},
    {"qwen3-30b-a3b", "attention{kv_heads=1, qk_norm=on} moe",
     "48 layers, cut to the one that repeats; queries as wide as the model for 4096 of 2048; rotary base 10000 for "
     "1000000; key heads 1 of 4 for 4 of 32; 4 experts of which 2 answer for 128 and 8"},
    {"qwen3-next-80b",
     "[gated_delta_net{expand_k=1, expand_v=2} moe{shared=1}]x3 attention{gate=on, kv_heads=1, qk_norm=on} "
     "moe{shared=1}",
     "48 layers, cut to the 4 that repeat; as many heads of values as of keys for 32 and 16; queries as wide as the "
     "model for 4096 of 2048; rotary base 10000 for 10000000; all channels of heads turned by position for 0.25 of "
     "them; key heads 1 of 4 for 2 of 16; 4 experts of which 2 answer for 512 and 10"},
    {"qwen3-windows", "[attention{qk_norm=on} swiglu]x3 attention{qk_norm=on, window=1/4} swiglu",
     "28 layers that do not repeat, cut to layers 18 to 21: attention{qk_norm=on} swiglu 3 of 4 for 21 of 28, "
     "attention{qk_norm=on, window=1/4} swiglu 1 of 4 for 7 of 28"},
    {"recurrentgemma-2b",
     "[rg_lru swiglu{activation=gelu}]x2 attention{kv_heads=1, window=1/4} swiglu{activation=gelu}",
     "26 layers, cut to the 3 that repeat; all channels of heads turned by position for 0.5 of them; the embedding's "
     "scale and the cap of logits left out; key heads 1 of 4 for 1 of 10"},
    {"rwkv5-1.5b", "rwkv5 rwkv_channel", "24 layers, cut to the one that repeats"},
    {"xlstm-7b", "mlstm swiglu", "32 layers, cut to the one that repeats"},
};

std::filesystem::path file_of(const std::string& folder) {
  return in_source("tests/data/models/" + folder + "/config.json");
}

std::string text_of(const std::string& folder) {
  std::ostringstream out;
  out << std::ifstream(file_of(folder)).rdbuf();
  return out.str();
}

Design read(const std::string& json) { return read_model_config(Reader::text(json, "config.json")); }

std::string message(const std::string& json) {
  try {
    read(json);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

/// The message without the shown line.
std::string sentence(const std::string& json) {
  const auto whole = message(json);
  return whole.substr(0, whole.find('\n'));
}

TEST(ModelConfig, BecomesADesignThatSaysWhatItLeftOut) {
  for (const auto& model : kModels) {
    const auto design = find_design(file_of(model.folder).string(), in_source("configs"));
    EXPECT_EQ(design.name, model.folder);
    EXPECT_EQ(text(design.genome), model.text) << model.folder;
    EXPECT_EQ(design.note, model.note) << model.folder;
  }
}

TEST(ModelConfig, EveryTypeThatIsKnownIsTried) {
  std::set<std::string> tried;
  for (const auto& model : kModels) tried.insert(Json::parse(text_of(model.folder))["model_type"]);
  for (const auto& type : model_types()) EXPECT_TRUE(tried.contains(type.name)) << type.name;
}

TEST(ModelConfig, EveryModelIsValidAtBatteryAndPretrainingWidths) {
  for (const auto& model : kModels)
    for (const std::int64_t width : {32, 64, 128, 256}) {
      const Shape shape{width, 128};
      const auto design = read(text_of(model.folder));
      EXPECT_EQ(invalid(solve_sizes(design.genome, shape).genome, shape), "") << model.folder << " at width " << width;
    }
}

/// Or published results of the one would not be found for the other.
TEST(ModelConfig, IsTheHandDesignOfTheSameModel) {
  const std::vector<std::pair<std::string, std::string>> pairs = {{"fla-delta-net-1.3b", "deltanet"},
                                                                  {"fla-gated-deltanet-h1", "gated-deltanet-h1"},
                                                                  {"fla-mesa-net", "mesa-net"},
                                                                  {"fla-retnet", "retnet"},
                                                                  {"fla-rwkv6", "rwkv-6"},
                                                                  {"fla-rwkv7", "rwkv-7"},
                                                                  {"fla-samba", "samba"},
                                                                  {"jamba-v0.1", "jamba"},
                                                                  {"mamba-130m", "mamba"},
                                                                  {"mamba2-1.3b", "mamba-2"}};
  for (const auto& [folder, design] : pairs)
    EXPECT_EQ(text(read(text_of(folder)).genome), text(find_design(design, in_source("configs")).genome)) << folder;
}

TEST(ModelConfig, AMissingKeyMeansWhatItDoesInItsLibrary) {
  EXPECT_EQ(text(read(R"({"model_type": "jamba", "num_hidden_layers": 8})").genome),
            text(read(text_of("jamba-v0.1")).genome));
  EXPECT_EQ(text(read(R"({"model_type": "mistral", "num_hidden_layers": 2, "max_position_embeddings": 8192})").genome),
            "attention{kv_heads=1, window=1/2} swiglu");
  EXPECT_EQ(text(read(R"({"model_type": "mistral", "num_hidden_layers": 2, "sliding_window": null})").genome),
            "attention{kv_heads=1} swiglu");
}

TEST(ModelConfig, AWindowOverTheWholeContextIsNone) {
  const auto design = read(R"({"model_type": "transformer", "num_hidden_layers": 1, "window_size": 2048})");
  EXPECT_EQ(text(design.genome), "attention swiglu");
  EXPECT_EQ(design.note, "no window: window_size covers the context, 2048 of 2048 tokens");
}

TEST(ModelConfig, SaysWhichKeysWereNotRead) {
  const auto design =
      read(R"({"model_type": "mamba", "num_hidden_layers": 1, "vocab_size": 9, "extra": 1, "no": null})");
  EXPECT_EQ(design.note, "not read: extra");
  const auto many = read(R"({"model_type": "mamba", "num_hidden_layers": 1, "a": 1, "b": 1, "c": 1, "d": 1, "e": 1,
                            "f": 1, "g": 1, "h": 1})");
  EXPECT_EQ(many.note, "not read: a, b, c, d, e, f and 2 more");
}

std::string known_types() {
  std::string out;
  for (const auto& type : model_types()) out += (out.empty() ? "" : ", ") + std::string(type.name);
  return out;
}

TEST(ModelConfig, AnUnknownTypeIsAnsweredWithTheOneMeant) {
  EXPECT_EQ(message("{\n  \"model_type\": \"gated_delta_net\"\n}"),
            "config.json:2:17: unknown model_type \"gated_delta_net\"\n"
            "  2 |   \"model_type\": \"gated_delta_net\"\n"
            "    |                 ^^^^^^^^^^^^^^^\n"
            "  expected one of: " +
                known_types() +
                "\n"
                "  did you mean \"gated_deltanet\"?");
}

TEST(ModelConfig, WhatWasExportedIsReadBack) {
  const std::string text =
      "mamba{state=8} (attention{heads=4, window=16}@a + gla) swiglu attention{heads=4, window=16}@a";
  const auto design = read("{\"model_type\": \"madsearch\", \"design\": \"" + text + "\", \"hidden_size\": 96}");
  EXPECT_EQ(design.genome, canonical(parse(text)));
  EXPECT_EQ(design.source, "a config.json of `madsearch export`");
  const auto without = message("{\"model_type\": \"madsearch\"}");
  EXPECT_TRUE(without.starts_with("config.json:1: the key \"design\" ")) << without;
}

TEST(ModelConfig, ATypeThatNoGenomeIsIsRefusedWithTheReason) {
  EXPECT_EQ(message("{\"model_type\": \"path_attn\"}"),
            "config.json:1:16: a model of type \"path_attn\" is no design: its positions by products of Householder "
            "matrices are no primitive\n"
            "  1 | {\"model_type\": \"path_attn\"}\n"
            "    |                ^^^^^^^^^\n"
            "  known: " +
                known_types());
  for (const auto& type : unwritable_types())
    EXPECT_NE(sentence(R"({"model_type": ")" + std::string(type.name) + R"("})").find(type.why), std::string::npos);
}

TEST(ModelConfig, AnUnknownLayerIsAnsweredWithTheOneMeant) {
  EXPECT_EQ(
      message(R"({"model_type": "lfm2", "num_hidden_layers": 2, "layer_types": ["conv", "full_attntion"]})"),
      "config.json:1:63: unknown layer \"full_attntion\" in layer_types\n"
      "  1 | {\"model_type\": \"lfm2\", \"num_hidden_layers\": 2, \"layer_types\": [\"conv\", \"full_attntion\"]}\n"
      "    |                                                               ^\n"
      "  expected one of: conv, full_attention\n"
      "  did you mean \"full_attention\"?");
  EXPECT_EQ(sentence(R"({"model_type": "recurrent_gemma", "num_hidden_layers": 2, "block_types": ["recurent"]})"),
            "config.json:1:74: unknown layer \"recurent\" in block_types");
  EXPECT_EQ(sentence(R"({"model_type": "qwen2", "num_hidden_layers": 2, "layer_types": ["full_attention"]})"),
            "config.json:1:64: layer_types names 1 layers of num_hidden_layers 2");
}

TEST(ModelConfig, WhatWouldBeAnotherModelIsRefused) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"("gla", "num_heads": 4, "num_kv_heads": 2)",
       "num_kv_heads must be num_heads: linear attention here has keys in every head"},
      {R"("gla", "use_output_gate": false)", "use_output_gate must be true: GLA here has its output gate"},
      {R"("retnet", "feature_map": "relu")", "feature_map must be null: retention here has none"},
      {R"("delta_net", "qk_norm": "sum")", "unknown qk_norm \"sum\""},
      {R"("linear_attn", "feature_map": "performer")", "unknown feature_map \"performer\""},
      {R"("llama", "hidden_act": "relu")", "unknown hidden_act \"relu\""},
      {R"("forgetting_transformer", "window_size": 512)",
       "window_size must be null: forgetting attention here reads all tokens"},
      {R"("mamba3", "is_mimo": true)", "is_mimo must be false: Mamba-3 here has one input and one output a channel"},
      {R"("samba", "attnres_block_size": 4)",
       "attnres_block_size must be null: blocks here read the residual stream, not earlier blocks by attention"},
      {R"("mamba", "conv_kernel": 64)", "conv_kernel 64 is no short convolution; 16 taps are the most"},
      {R"("llama", "num_attention_heads": 32, "num_key_value_heads": 5)",
       "num_key_value_heads 5 does not divide num_attention_heads 32"},
      {R"("jamba", "attn_layer_period": 4, "attn_layer_offset": 4)",
       "attn_layer_offset 4 must be below attn_layer_period 4"},
      {R"("mixtral", "num_local_experts": 4, "num_experts_per_tok": 5)", "of 4 experts 5 cannot answer"},
  };
  for (const auto& [keys, expected] : table) {
    const auto said = sentence(R"({"num_hidden_layers": 4, "model_type": )" + keys + "}");
    EXPECT_EQ(said.substr(said.find(": ") + 2), expected) << keys;
  }
}

TEST(ModelConfig, LayersOfAttentionMustBeThere) {
  const auto said = [](const std::string& attn) {
    return sentence(R"({"model_type": "gla", "num_hidden_layers": 4, "attn": )" + attn + "}");
  };
  EXPECT_EQ(said(R"({"layers": [1, 4], "num_heads": 4})"),
            "config.json:1:66: layer 4 is not there: num_hidden_layers is 4");
  EXPECT_EQ(said(R"({"layers": [1, 1], "num_heads": 4})"), "config.json:1:66: layer 1 stands twice");
  EXPECT_EQ(said(R"([{"layers": [1], "num_heads": 4}, {"layers": [1], "num_heads": 2}])"),
            "config.json:1:100: layer 1 stands twice");
  EXPECT_EQ(said(R"({"layers": [1]})"), "config.json:1: the key \"num_heads\" is missing");
  EXPECT_EQ(said(R"({"num_heads": 2})"), "config.json:1: the key \"layers\" is missing");
  EXPECT_EQ(said("3"), "config.json:1:55: attn must be a list, not \"3\"");
}

TEST(ModelConfig, WhatIsMissingOrOfAnotherKindIsShown) {
  EXPECT_EQ(message("{\"hidden_size\": 4}"), "config.json:1: the key \"model_type\" is missing");
  EXPECT_EQ(message("{\"model_type\": \"gla\"}"), "config.json:1: the key \"num_hidden_layers\" is missing");
  EXPECT_EQ(message("{\n \"model_type\": \"gla\",\n \"num_hidden_layers\": \"many\"}"),
            "config.json:3:23: num_hidden_layers must be an integer from 1 to 1000000000, not \"many\"\n"
            "  3 |  \"num_hidden_layers\": \"many\"}\n"
            "    |                       ^^^^");
  EXPECT_EQ(sentence(R"({"model_type": ["gla"]})"), "config.json:1:16: model_type must be a text, not a list");
  EXPECT_EQ(sentence(R"({"model_type": "gla", "num_hidden_layers": 1001})"),
            "config.json:1:44: num_hidden_layers must be at most 1000, not 1001");
  EXPECT_EQ(message("{\"model_type\": \"gla\",\n"),
            "config.json:2:1: not JSON: end of map flow not found\n"
            "  2 | \n"
            "    | ^");
}

/// A file that was cut off anywhere is a whole model or is refused.
TEST(ModelConfig, ATruncatedFileIsRefused) {
  for (const auto& model : kModels) {
    const auto whole = text_of(model.folder);
    for (std::size_t end = 0; end + 2 < whole.size(); end += 23)
      EXPECT_THROW(read(whole.substr(0, end)), ConfigError) << model.folder << " up to " << end;
  }
}

/// Each key missing, and of each other kind: a design or a ConfigError, nothing else.
TEST(ModelConfig, NoValueOfAKeyIsTakenForAnInternalError) {
  const std::vector<Json> others = {nullptr, Json::object(), Json::array(), "word", -1, 0, 0.3,
                                    7,       1e30,           {1, 2, 3},     true};
  std::size_t refused = 0;
  for (const auto& model : kModels) {
    const auto whole = Json::parse(text_of(model.folder));
    for (const auto& [key, value] : whole.items()) {
      auto without = whole;
      without.erase(key);
      message(without.dump());
      for (const auto& other : others) {
        auto changed = whole;
        changed[key] = other;
        refused += message(changed.dump()) != "no error";
      }
    }
  }
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace madsearch
