#include "engine/study/published.h"

#include <gtest/gtest.h>

#include <fstream>

#include "configs/errors.h"
#include "search/architecture/parser.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

const std::string kGroup =
    R"({"group": "g", "paper": "p", "half": "judging", "trust": "B", "why": "", "unit": "perplexity", "clear": 0.2, )"
    R"("noise": "", "metric": "", "recall_metric": null, "scale": "", "data": "", "source": ""})";
const std::string kDesign =
    R"({"group": "g", "name": "RetNet", "genome": "[retnet swiglu]x2", "value": 19.08, "recall": null})";
const std::string kVerdict =
    R"({"verdict": "agreed", "claim": "c", "better": "gla", "worse": "mamba", "papers": ["p", "q"]})";

/// The three files.
class Files {
 public:
  Files(const std::string& groups, const std::string& designs, const std::string& verdicts) {
    write("groups", groups);
    write("designs", designs);
    write("verdicts", verdicts);
  }
  Published read() const { return read_published(folder_.path); }
  /// The message of the error, without the folder.
  std::string error() const {
    try {
      read();
    } catch (const ConfigError& error) {
      return std::string(error.what()).substr(folder_.path.size() + 1);
    }
    return "";
  }

 private:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path + "/" + name + ".jsonl") << text << "\n";
  }
  TemporaryFolder folder_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string hash_of(const std::string& text) { return hash(canonical(parse(text))); }

TEST(Published, IsReadWithGenomesAsTheyWereBeforeKnobsWereAdded) {
  const auto hybrid = replaced(kDesign, "\"[retnet swiglu]x2\"", "null");
  const auto read = Files(kGroup, kDesign + "\n" + hybrid, kVerdict).read();
  ASSERT_EQ(read.groups.size(), 1u);
  const auto& group = read.groups.front();
  EXPECT_EQ(group.name, "g");
  EXPECT_EQ(group.paper, "p");
  EXPECT_TRUE(group.judging);
  EXPECT_TRUE(group.headline());
  EXPECT_EQ(group.clear, 0.2);
  ASSERT_EQ(read.designs.size(), 2u);
  EXPECT_EQ(read.designs[0].name, "RetNet");
  EXPECT_EQ(read.designs[0].hash, hash_of("[retnet swiglu]x2"));
  EXPECT_EQ(read.designs[0].value, 19.08);
  EXPECT_EQ(read.designs[1].hash, "");
  ASSERT_EQ(read.verdicts.size(), 1u);
  EXPECT_TRUE(read.verdicts[0].agreed);
  EXPECT_EQ(read.verdicts[0].better, hash_of("gla"));
  EXPECT_EQ(read.verdicts[0].papers, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(read.genomes.size(), 3u);
}

TEST(Published, SaysWhichLineIsWrong) {
  EXPECT_EQ(Files("[]", "", "").error(), "groups.jsonl:1: this is no JSON object");
  EXPECT_EQ(Files(kGroup, kDesign + "\n{", kVerdict).error(), "designs.jsonl:2: this is no JSON object");
  EXPECT_EQ(Files(replaced(kGroup, "\"clear\": 0.2, ", ""), "", "").error(), "groups.jsonl:1: \"clear\" is missing");
  EXPECT_EQ(Files(replaced(kGroup, "0.2", "\"0.2\""), "", "").error(), "groups.jsonl:1: \"clear\" is no number");
  EXPECT_EQ(Files(replaced(kGroup, "\"g\"", "7"), "", "").error(), "groups.jsonl:1: \"group\" is no text");
  EXPECT_EQ(
      Files(replaced(kGroup, "judging", "judgin"), "", "").error(),
      "groups.jsonl:1: \"half\" is \"judgin\"\n  expected one of: choosing, judging\n  did you mean \"judging\"?");
  EXPECT_EQ(Files(kGroup + "\n" + kGroup, "", "").error(), "groups.jsonl:2: this group stands twice");
  EXPECT_EQ(Files(kGroup + "\n" + replaced(replaced(kGroup, "\"g\"", "\"h\""), "judging", "choosing"), "", "").error(),
            "groups.jsonl:2: another group has this paper in the other half");
  EXPECT_EQ(Files(replaced(replaced(kGroup, "perplexity", "error"), "0.2", "null"), "", "").error(),
            "groups.jsonl:1: \"clear\" is null: 2 % of perplexity says nothing of errors");
  EXPECT_EQ(Files(kGroup, replaced(kDesign, "\"g\"", "\"h\""), "").error(),
            "designs.jsonl:1: no group is called \"h\"");
  EXPECT_EQ(Files(kGroup, replaced(kDesign, "value", "valeu"), "").error(), "designs.jsonl:1: \"value\" is missing");
  EXPECT_EQ(Files(kGroup, replaced(kDesign, "{", "{\"size\": 1, "), "").error(),
            "designs.jsonl:1: unknown field \"size\"");
  EXPECT_EQ(Files(kGroup, replaced(kDesign, "retnet", "retne"), "").error().substr(0, 33),
            "designs.jsonl:1: genome:1:2: unkn");
  EXPECT_EQ(Files(kGroup, kDesign, replaced(kVerdict, "[\"p\", \"q\"]", "[]")).error(),
            "verdicts.jsonl:1: \"papers\" is empty");
  EXPECT_EQ(Files(kGroup, kDesign, replaced(kVerdict, "[\"p\", \"q\"]", "\"p\"")).error(),
            "verdicts.jsonl:1: \"papers\" is no list of texts");
  EXPECT_EQ(Files(kGroup, kDesign, replaced(kVerdict, "mamba", "gla")).error(),
            "verdicts.jsonl:1: both designs are the same");
  EXPECT_EQ(Files(kGroup, kDesign,
                  kVerdict + "\n" + replaced(replaced(replaced(kVerdict, "mamba", "x"), "gla", "mamba"), "x", "gla"))
                .error(),
            "verdicts.jsonl:2: this contrast stands twice");
  const TemporaryFolder empty;
  EXPECT_THROW(read_published(empty.path), ConfigError);
}

TEST(Published, IsApartByMoreThanTheStatedNoiseElseBy2PercentOfPerplexity) {
  PublishedGroup group{.clear = 0.2};
  EXPECT_FALSE(group.apart(18.0, 18.2));
  EXPECT_TRUE(group.apart(18.0, 18.21));
  EXPECT_FALSE(group.apart(18.21, 18.0));
  group.clear = {};
  EXPECT_FALSE(group.apart(10, 10.2));
  EXPECT_TRUE(group.apart(10, 10.21));
  group.unit = PublishedGroup::Unit::kLoss;  // ln 1.02 = 0.0198
  EXPECT_FALSE(group.apart(3, 3.0198));
  EXPECT_TRUE(group.apart(3, 3.0199));
}

}  // namespace
}  // namespace madsearch
