// tools/truth-plot: what it draws. Its libraries are not needed for that.
#include <gtest/gtest.h>

#include "program.h"

namespace madsearch {
namespace {

/// What a Python script comes to that has the tool as `tool` and a report of three designs.
Ran script(const std::string& text) {
  const TemporaryFolder folder;
  write_file(folder.path + "/script.py", R"(
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
spec = spec_from_loader('tool', SourceFileLoader('tool', 'tools/truth-plot'))
tool = module_from_spec(spec)
spec.loader.exec_module(tool)
row = {"measure": "bits per byte", "rank": 0.5, "rank_low": -0.25, "rank_high": 1.0}
report = {"agreements": [row | {"predictor": "quick"}], "designs": [
    {"text": "a", "family": "x", "bits per byte": 1.5, "beside": {"quick": 0.5, "tiny@0.3": 2.5}},
    {"text": "b", "family": "x", "bits per byte": 1.6, "beside": {"quick": 0.4}},
    {"text": "c", "family": "y"}]}
)" + text);
  return run_program("python3 -B " + folder.path + "/script.py");
}

TEST(TruthPlot, ShowsDesignsThatBothHave) {
  const auto ran = script(R"(
print([d["text"] for d in tool.points(report, "quick")], [d["text"] for d in tool.points(report, "tiny@0.3")])
print(repr(tool.title(report, "quick")), tool.title(report, "tiny@0.3"))
print(tool.styles(report))
)");
  EXPECT_EQ(ran.out,
            "['a', 'b'] ['a']\n"
            "'quick\\nrank correlation 0.50 (-0.25..1.00)' tiny@0.3\n"
            "{'x': ('C0', 'o'), 'y': ('C1', 's')}\n")
      << ran.err;
}

TEST(TruthPlot, LabelsThoseWhoseRanksDifferMost) {
  const auto ran = script(R"(
print(tool.furthest([1, 2, 3, 4], [1, 4, 3, 2.5], 2), tool.short("[gla{conv=4} swiglu{inner=auto}]x2"))
print(tool.is_bits("tiny@0.3: recall slice"), tool.is_bits("quick: compression"))
)");
  EXPECT_EQ(ran.out, "[1, 3] [gla swiglu]x2\nTrue False\n") << ran.err;
}

TEST(TruthPlot, RefusesWhatItCannotDraw) {
  const auto unknown = script("tool.points(report, 'quack')\n");
  EXPECT_EQ(unknown.code, 1);
  EXPECT_EQ(unknown.err, "nothing beside is called \"quack\"; there are: quick, tiny@0.3\n");
  const auto help = run_program("python3 -B tools/truth-plot --help");
  EXPECT_EQ(help.code, 1);
  EXPECT_EQ(help.err.substr(0, 51), "Draws what larger pretrainings came to against what");
}

}  // namespace
}  // namespace madsearch
