#include "engine/dispatch/pretraining_design.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "search/architecture/parser.h"

namespace madsearch {
namespace {

PretrainRequest request() {
  PretrainRequest out;
  out.design = expanded_text(canonical(parse("attention mamba")));
  out.flops = 1e9;
  out.parameters = 25'000;
  out.base_width = 32;
  out.length = 64;
  out.batch = 8;
  out.learning_rates = {1e-3, 3e-3};
  out.seed = 7;
  return out;
}

std::string trained(const PretrainSetup& setup) {
  auto asked = request();
  asked.base_width = 0;  // heads stay as written
  asked.setup = setup;
  return text(pretraining_design(asked).genome);
}

TEST(PretrainingDesign, IsMadeAsTheSetupSays) {
  EXPECT_EQ(trained({}), "attention mamba");
  EXPECT_EQ(trained({.conv = "all"}), "attention{conv=4} mamba");
  EXPECT_EQ(trained({.conv = "none"}), "attention mamba{conv=none}");
  EXPECT_EQ(trained({.qk_norm = "all"}), "attention{qk_norm=on} mamba");
  EXPECT_THROW(trained({.conv = "some"}), std::invalid_argument);
}

TEST(PretrainingDesign, SaysHowARequestTrains) {
  auto asked = request();
  EXPECT_EQ(
      setup_text(asked),
      "flops 1000000000; parameters 25000; base width 32; repeat 1; length 64; batch 8; rates 0.001 0.003; seed 7");
  asked.setup.embeddings = "tied";
  asked.learning_rates = {1e-3};
  EXPECT_EQ(setup_text(asked),
            "flops 1000000000; parameters 25000; base width 32; repeat 1; length 64; batch 8; rates 0.001; seed 7; "
            "embeddings tied");
}

}  // namespace
}  // namespace madsearch
