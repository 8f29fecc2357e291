// What `madsearch export` writes.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/export/safetensors.h"
#include "engine/export/weights.h"
#include "program.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

TEST(Export, MakesASeedDesignOfACandidate) {
  const StubRun run;
  ASSERT_EQ(run.run().code, 0);
  const auto front = Json::parse(run_madsearch("front " + run.out() + " --format json").out);
  const auto& member = front.at("front").at(0);
  const std::string id = member.at("id");
  const auto file = run.path("winner.yaml").string();
  const auto ran = run_madsearch("export " + run.out() + " " + id.substr(0, 8) + " --to yaml --out " + file);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto yaml = read_file(file);
  EXPECT_TRUE(yaml.starts_with("stripe: \"" + member.at("text").get<std::string>() + "\"\nsource: \"candidate " + id));
  EXPECT_TRUE(yaml.ends_with(" of the search stub\"\n"));
  EXPECT_EQ(Json::parse(run_madsearch("cost " + file + " --format json").out).at("text"), member.at("text"));
}

TEST(Export, DrawsADesign) {
  const auto dot = run_madsearch("export striped-mamba --to dot");
  EXPECT_EQ(dot.code, 0);
  EXPECT_EQ(dot.out, run_madsearch("cost striped-mamba --dot").out);
  const auto svg = run_madsearch("export 'attention{heads=2} swiglu' --to svg");
  EXPECT_EQ(svg.code, 0);
  EXPECT_NE(svg.out.find(">heads=2</text>"), std::string::npos);
}

TEST(Export, MakesAFolderWithTheModelAtTheSizeAskedFor) {
  const TemporaryFolder folder;
  const auto out = folder.path + "/model";
  const auto ran = run_madsearch("export striped-mamba --to pytorch --out " + out +
                                 " --width 64 --base-width 32 --stages 8 --vocabulary 1000 --length 512");
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto config = Json::parse(read_file(out + "/config.json"));
  EXPECT_EQ(config.at("hidden_size"), 64);
  EXPECT_EQ(config.at("vocab_size"), 1000);
  EXPECT_EQ(config.at("max_position_embeddings"), 512);
  EXPECT_EQ(config.at("layers").size(), 8u);
  EXPECT_EQ(config.at("layers")[2].at("knobs").at("heads"), 8);
  EXPECT_TRUE(read_file(out + "/modeling.py").starts_with("\"\"\"The model of config.json, by madsearch: ["));
  EXPECT_NE(read_file(out + "/recurrences.py").find("def selective_scan_fn("), std::string::npos);
  EXPECT_NE(read_file(out + "/train.py").find("ModelForCausalLM"), std::string::npos);
  const auto again = run_madsearch("export striped-mamba --to pytorch --out " + out);
  EXPECT_EQ(again.code, 2);
  EXPECT_EQ(again.err, out + " is there already; name a folder to make\n");
}

/// A file of weights as pretraining writes it, but for the numbers.
void write_weights(const std::filesystem::path& file, const ExportedModel& model) {
  std::filesystem::create_directories(file.parent_path());
  const std::vector<float> numbers = {1, 2};
  write_safetensors(file, to_metadata(model), {{"lm_head.bias", {2}, numbers.data()}});
}

TEST(Export, CarriesWeightsAlongWithTheSizeThatTheyHave) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/mine.safetensors";
  write_weights(file, {.genome = parse("attention swiglu{inner=2}"), .width = 48, .vocabulary = 2, .length = 64});
  const auto weights = folder.path + "/weights";
  ASSERT_EQ(run_madsearch("export " + file + " --to safetensors --out " + weights).code, 0);
  EXPECT_EQ(read_file(weights + "/model.safetensors"), read_file(file));
  EXPECT_EQ(Json::parse(read_file(weights + "/config.json")).at("hidden_size"), 48);
  const auto model = folder.path + "/model";
  ASSERT_EQ(run_madsearch("export " + file + " --to pytorch --out " + model).code, 0);
  EXPECT_EQ(read_file(model + "/model.safetensors"), read_file(file));
  EXPECT_EQ(read_file(model + "/config.json"), read_file(weights + "/config.json"));
  const auto wider = folder.path + "/wider";
  const auto ran = run_madsearch("export " + file + " --to pytorch --width 96 --out " + wider);
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(ran.err, "without weights: they have another size\n");
  EXPECT_FALSE(std::filesystem::exists(wider + "/model.safetensors"));
  EXPECT_EQ(Json::parse(read_file(wider + "/config.json")).at("layers")[0].at("knobs").at("heads"), 8);
  const auto refused = run_madsearch("export " + file + " --to safetensors --width 96 --out " + folder.path + "/no");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err, "weights have the size that they were trained at: leave out other sizes\n");
}

TEST(Export, FindsTheWeightsThatARunKeptOrSaysWhatMakesThem) {
  const StubRun run("pretrain: {members: 1, controls: [transformer++], data: " + in_source("tests/data/speeches") +
                    ", flops: 1.0e+9, parameters: 5000, keep_weights: true}\n");
  ASSERT_EQ(run.run().code, 0);
  EXPECT_TRUE(std::filesystem::is_directory(run.out() + "/weights"));
  const auto front = Json::parse(run_madsearch("front " + run.out() + " --format json").out);
  const std::string id = front.at("pretrained").at(0).at("id");
  const auto show = Json::parse(run_madsearch("show " + run.out() + " " + id + " --format json").out);
  const std::string hash = show.at("id");
  const auto out = run.path("model").string();
  const auto to_weights = "export " + run.out() + " " + id + " --to safetensors --out " + out;
  const auto none = run_madsearch(to_weights);
  EXPECT_EQ(none.code, 2);
  const auto begin = "no weights of " + hash + " in " + run.out() +
                     "/weights; this makes them:\n  madsearch pretrain '" + show.at("text").get<std::string>() +
                     "' --data " + in_source("tests/data/speeches") + " --flops 1e+09 --parameters 5000 --base-width ";
  EXPECT_EQ(none.err.substr(0, begin.size()), begin);
  EXPECT_TRUE(none.err.ends_with(" --keep-weights " + run.out() + "/weights\n")) << none.err;
  write_weights(run.out() + "/weights/" + hash + ".safetensors",
                {.genome = parse("gla"), .width = 32, .vocabulary = 2, .length = 64});
  EXPECT_EQ(run_madsearch(to_weights).code, 0);
  EXPECT_EQ(Json::parse(read_file(out + "/config.json")).at("design"), "gla");
}

TEST(Export, SaysWhichSizeADesignCannotHave) {
  const auto refused = run_madsearch("export 'attention{heads=3}' --to pytorch --out /tmp/never --width 64");
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.err, "design \"attention{heads=3}\" at width 64: attention: heads=3 does not divide width 64\n");
  const auto sized = run_madsearch("export gla --to svg --width 64");
  EXPECT_EQ(sized.code, 2);
  EXPECT_EQ(sized.err, "--to svg takes no size: a design has none until it is a model\n");
  const auto nowhere = run_madsearch("export gla --to pytorch");
  EXPECT_EQ(nowhere.code, 2);
  EXPECT_EQ(nowhere.err, "--to pytorch needs --out, the folder to make\n");
}

TEST(Export, SaysWhatItCannotWrite) {
  const auto ran = run_madsearch("export gla --to yaml --out /no/such/folder/a.yaml");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "can't write /no/such/folder/a.yaml\n");
}

}  // namespace
}  // namespace madsearch
