// What `madsearch cost` prints below its table.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "configs/text.h"
#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

const std::string kModels = in_source("tests/data/models/");

/// Two comparisons of trust A and B, and one that is not trusted.
class FewResults {
 public:
  FewResults() {
    write_file(folder_.path + "/groups.jsonl", group("small", "125M, 3B tokens", "perplexity", "B") +
                                                   group("large", "~1.3B, 3B tokens", "loss", "A") +
                                                   group("doubtful", "7B", "loss", "C"));
    write_file(folder_.path + "/designs.jsonl", design("small", "GLA", "[gla swiglu]x2", 20.5) +
                                                    design("small", "Transformer++", "attention swiglu", 20) +
                                                    design("large", "Llama", "[attention swiglu]x2", 2.25) +
                                                    design("large", "Mamba", "[mamba]x4", 2) +
                                                    design("doubtful", "RetNet", "[retnet swiglu]x2", 1));
    write_file(folder_.path + "/verdicts.jsonl", "");
  }
  Ran cost(const std::string& designs) const {
    return run_madsearch("cost " + designs + " --published " + folder_.path);
  }

 private:
  static std::string group(const std::string& name, const std::string& scale, const std::string& unit,
                           const std::string& trust) {
    const Json out = {{"group", name},     {"paper", "arXiv:" + name},
                      {"half", "judging"}, {"trust", trust},
                      {"unit", unit},      {"clear", 0.1},
                      {"scale", scale}};
    return out.dump() + "\n";
  }
  static std::string design(const std::string& group, const std::string& name, const std::string& genome,
                            double value) {
    const Json out = {{"group", group}, {"name", name}, {"genome", genome}, {"value", value}, {"recall", nullptr}};
    return out.dump() + "\n";
  }
  TemporaryFolder folder_;
};

/// The lines behind the table of so many designs.
std::string below(const std::string& out, int designs) {
  std::size_t at = 0;
  for (int line = 0; line < designs + 3; ++line) at = out.find('\n', at) + 1;
  return out.substr(at);
}

TEST(Cost, NamesTheNearestPublishedDesignAndWhatItGot) {
  const FewResults results;
  EXPECT_EQ(below(results.cost("transformer++").out, 1),
            "nearest published, the same design\n"
            "  Llama, arXiv:large, 1.3B: loss 2.25, 2nd of 2\n"
            "  Transformer++, arXiv:small, 125M: perplexity 20, 1st of 2\n");
  EXPECT_EQ(below(results.cost("gla 'retnet swiglu' 'gla{heads=2} swiglu' 'swiglu gla'").out, 4),
            "gla: nearest published, the same design\n"
            "  GLA, arXiv:small, 125M: perplexity 20.5, 2nd of 2\n"
            "retnet swiglu: nearest published, distance 0.50: attention swiglu\n"
            "  Llama, arXiv:large, 1.3B: loss 2.25, 2nd of 2\n"
            "  Transformer++, arXiv:small, 125M: perplexity 20, 1st of 2\n"
            "gla{heads=2} swiglu: nearest published, but for knobs: [gla swiglu]x2\n"
            "  GLA, arXiv:small, 125M: perplexity 20.5, 2nd of 2\n"
            "swiglu gla: nearest published, but for the order of blocks: [gla swiglu]x2\n"
            "  GLA, arXiv:small, 125M: perplexity 20.5, 2nd of 2\n");
}

TEST(Cost, HasItInJson) {
  const auto json = Json::parse(FewResults().cost("'mamba swiglu' --format json").out);
  const auto& nearest = json["nearest_published"];
  EXPECT_EQ(nearest["text"], "[mamba]x4");
  EXPECT_EQ(nearest["same"], false);
  EXPECT_EQ(nearest["distance"], 0.5);
  ASSERT_EQ(nearest["results"].size(), 1u);
  EXPECT_EQ(nearest["results"][0], (Json{{"name", "Mamba"},
                                         {"paper", "arXiv:large"},
                                         {"group", "large"},
                                         {"scale", "~1.3B, 3B tokens"},
                                         {"size", "1.3B"},
                                         {"unit", "loss"},
                                         {"value", 2.0},
                                         {"rank", 1},
                                         {"of", 2}}));
}

TEST(Cost, WorksWithoutPublishedResults) {
  const auto ran = run_madsearch("cost transformer++ --published nowhere");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(below(ran.out, 1), "");
  const auto json = Json::parse(run_madsearch("cost transformer++ --published nowhere --format json").out);
  EXPECT_TRUE(json["nearest_published"].is_null());
}

TEST(Cost, PrintsTheNoteOfAModel) {
  const auto ran = run_madsearch("cost " + kModels + "jamba-v0.1/config.json --published nowhere");
  EXPECT_EQ(below(ran.out, 1),
            "note: 32 layers, cut to the 8 that repeat; norms inside Mamba left out; 4\n"
            "experts of which 2 answer for 16 and 2\n");
}

TEST(Cost, RefusesAModelThatIsNoDesign) {
  const TemporaryFolder folder;
  write_file(folder.path + "/config.json", R"({"model_type": "jambo", "num_hidden_layers": 2})");
  const auto ran = run_madsearch("cost " + folder.path + "/config.json");
  EXPECT_EQ(ran.code, 2);
  EXPECT_TRUE(ran.err.starts_with(folder.path + "/config.json:1:16: unknown model_type \"jambo\"\n")) << ran.err;
  EXPECT_TRUE(ran.err.ends_with("  did you mean \"jamba\"?\n")) << ran.err;
}

TEST(Cost, ShippedResultsFitEightyColumns) {
  for (const std::string designs : {"hymba", "falcon-h1 kimi-linear griffin 'hyena mlp attention mlp'"}) {
    std::istringstream lines(below(run_madsearch("cost " + designs).out, designs == "hymba" ? 1 : 4));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(letters(line), 80u) << line;
    EXPECT_GE(count, 2) << designs;
  }
}

}  // namespace
}  // namespace madsearch
