// What the folder holds. That it computes what our models do is held by contract.py.
#include "engine/export/pytorch.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/export/definitions.h"
#include "engine/export/python_sources.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

std::map<std::string, std::string> folder_of(const std::string& design) {
  return pytorch_files({.genome = parse(design), .width = 32, .vocabulary = 50, .length = 128});
}

std::set<std::string> defined(const std::string& text) {
  std::set<std::string> out;
  for (const auto& part : definitions(text)) out.insert(part.name);
  return out;
}

TEST(Pytorch, HoldsTheClassesThatTheDesignUsesAlone) {
  const auto files = folder_of("attention swiglu{inner=2}");
  const auto classes = defined(files.at("modeling.py"));
  for (const auto* name : {"Attention", "Swiglu", "Model", "ModelForCausalLM", "MIXERS"})
    EXPECT_TRUE(classes.contains(name)) << name;
  for (const auto* name : {"Mla", "Moe", "Mamba", "HyenaFilter"}) EXPECT_FALSE(classes.contains(name)) << name;
  EXPECT_FALSE(files.contains("recurrences.py"));
  EXPECT_EQ(files.at("modeling.py").find("recurrences"), std::string::npos);
}

TEST(Pytorch, HoldsTheRecurrencesThatTheDesignUsesAndWhereTheirKernelsAre) {
  const auto functions = folder_of("gated_delta_net").at("recurrences.py");
  EXPECT_TRUE(defined(functions).contains("chunk_gated_delta_rule"));
  EXPECT_FALSE(defined(functions).contains("chunk_kda"));
  EXPECT_NE(functions.find("\n    \"chunk_gated_delta_rule\": \"fla.ops.gated_delta_rule\",\n}"), std::string::npos);
  EXPECT_NE(functions.find("\n\n\nif os.environ.get(\"USE_FLA\") == \"1\":\n    use_fla()\n"), std::string::npos);
}

TEST(Pytorch, OffersNoKernelsWhereThereAreNone) {
  const auto functions = folder_of("lstm").at("recurrences.py");
  EXPECT_TRUE(defined(functions).contains("lstm"));
  EXPECT_EQ(functions.find("USE_FLA"), std::string::npos);
}

TEST(Pytorch, HasAClassForEveryPrimitive) {
  std::set<std::string> classes;
  for (const auto& [name, text] : python_sources()) classes.merge(defined(text));
  for (const auto& primitive : primitives())
    EXPECT_TRUE(classes.contains(class_name(primitive.name)))
        << "engine/export/python has no class " << class_name(primitive.name) << " for " << primitive.name;
}

}  // namespace
}  // namespace madsearch
