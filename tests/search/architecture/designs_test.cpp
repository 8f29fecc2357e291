#include "search/architecture/designs.h"

#include <gtest/gtest.h>

#include <cctype>

#include "configs/errors.h"
#include "configs/folder.h"
#include "primitives/table.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const std::filesystem::path kConfigs = in_source("configs");

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

TEST(Designs, AllThatShipAreValidAtBatteryAndPretrainingWidths) {
  const auto designs = shipped_designs(kConfigs);
  EXPECT_GE(designs.size(), 14u);
  for (const auto& design : designs)
    for (const std::int64_t width : {32, 64, 128, 256}) {
      const Shape shape{width, 128};
      EXPECT_EQ(invalid(solve_sizes(design.genome, shape).genome, shape), "") << design.name << " at width " << width;
      EXPECT_FALSE(design.source.empty()) << design.name;
    }
}

TEST(Designs, AreFoundByNameByFileAndByText) {
  EXPECT_EQ(text(find_design("striped-mamba", kConfigs).genome), "mamba swiglu attention swiglu");
  EXPECT_EQ(text(find_design((kConfigs / "designs/gla.yaml").string(), kConfigs).genome), "gla swiglu");
  EXPECT_EQ(text(find_design("gla", kConfigs).genome), "gla swiglu");  // the design, not the block of that name
  EXPECT_EQ(text(find_design("gla{}", kConfigs).genome), "gla");
  EXPECT_EQ(text(find_design("mlp", kConfigs).genome), "mlp");
  EXPECT_EQ(find_design("gla{heads=2} swiglu", kConfigs).name, "gla{heads=2} swiglu");
}

/// As their papers have it, whatever the default of a bare name.
TEST(Designs, ThatShipWriteTheConvolutionOfEverySequenceMixer) {
  for (const auto& file : shipped_files(kConfigs, "designs")) {
    const auto text = Reader::file(file).required("stripe");
    for (const auto& primitive : primitives()) {
      if (primitive.kind != Kind::kSequence || !primitive.knob("conv")) continue;
      for (auto at = text.find(primitive.name); at != std::string::npos; at = text.find(primitive.name, at + 1)) {
        const auto end = at + primitive.name.size();
        const bool whole = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
        if (!whole) continue;
        const auto knobs = text.substr(end, text.find('}', end) - end);
        EXPECT_TRUE(knobs.starts_with("{") && knobs.find("conv=") != std::string::npos)
            << file << ": " << primitive.name << " at " << at;
      }
    }
  }
}

/// A stripe of more blocks than the shipped searches have stages comes with a shorter relative.
TEST(Designs, SayHowTheyAreRepeated) {
  EXPECT_EQ(block_count(repeated(find_design("jamba", kConfigs), 32)), 32);
  for (const std::string name : {"based", "hymba", "jamba", "xlstm"})
    EXPECT_LE(block_count(find_design(name + "-short", kConfigs).genome), 8) << name;
}

TEST(Designs, AreReadBackFromTheirYaml) {
  for (auto design : shipped_designs(kConfigs)) {
    design.note = "of \"ours\", C:\\" + design.note;
    const auto back = read_design(Reader::text(to_yaml(design), design.name + ".yaml"));
    EXPECT_EQ(back.name, design.name);
    EXPECT_EQ(back.genome, design.genome);
    EXPECT_EQ(back.source, design.source);
    EXPECT_EQ(back.note, design.note);
  }
}

TEST(Designs, SuggestTheNameThatWasMeant) {
  try {
    find_design("striped-manba", kConfigs);
    FAIL();
  } catch (const ConfigError& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.substr(0, message.find('\n')), "unknown design \"striped-manba\"");
    EXPECT_EQ(message.substr(message.rfind('\n') + 1), "  did you mean \"striped-mamba\"?");
  }
}

TEST(Designs, RepeatToTheStagesOfTheSearchWithWeightsOfTheirOwn) {
  EXPECT_EQ(text(repeated(find_design("transformer++", kConfigs), 8)), "[attention swiglu]x4");
  EXPECT_EQ(text(repeated({"mine", canonical(parse("attention@x attention@x")), "", ""}, 4)),
            "[attention@a]x2 [attention@b]x2");
  EXPECT_THROW(repeated(find_design("jamba", kConfigs), 4), ConfigError);
}

}  // namespace
}  // namespace madsearch
