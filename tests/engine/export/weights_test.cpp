#include "engine/export/weights.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "configs/errors.h"
#include "engine/export/safetensors.h"
#include "search/architecture/parser.h"
#include "tests/golden/safetensors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

std::string refusal(const std::string& file) {
  try {
    model_of_weights(file);
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

TEST(Weights, AreReadBackWithTheirModel) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/a.safetensors";
  const ExportedModel model{.genome = parse("attention{heads=2}"),
                            .width = 8,
                            .vocabulary = 5,
                            .length = 16,
                            .norm = "layernorm",
                            .tied = true};
  const std::vector<float> numbers = {1, 2, 3, 4, 5, 6};
  const float one = -1;
  write_safetensors(file, to_metadata(model), {{"a", {2, 3}, numbers.data()}, {"b", {}, &one}});
  const auto back = model_of_weights(file);
  EXPECT_EQ(back.genome, model.genome);
  EXPECT_EQ(back.width, 8);
  EXPECT_EQ(back.vocabulary, 5);
  EXPECT_EQ(back.length, 16);
  EXPECT_EQ(back.norm, "layernorm");
  EXPECT_TRUE(back.tied);
  const auto tensors = read_safetensors(file);
  EXPECT_EQ(tensors.at("a").shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensors.at("a").real, (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tensors.at("b").real, (std::vector<double>{-1}));
}

TEST(Weights, OfAnotherProgramAreRefused) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/a.safetensors";
  const float one = 1;
  write_safetensors(file, {{"format", "pt"}}, {{"a", {}, &one}});
  EXPECT_EQ(refusal(file), file + " holds no weights of madsearch: its metadata lacks \"design\"");
  std::ofstream(file) << "not at all";
  EXPECT_EQ(refusal(file), file + " is no safetensors file");
  EXPECT_EQ(refusal(folder.path + "/b"), "no such file: " + folder.path + "/b");
}

TEST(Weights, SayWhereTheyCouldNotBeWritten) {
  try {
    write_safetensors("/no/such/folder/a.safetensors", {}, {});
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()),
              "/no/such/folder/a.safetensors.new could not be written: No such file or directory");
  }
}

}  // namespace
}  // namespace madsearch
