// tools/debian-text: what it takes, and that it holds out what madsearch does.
#include <gtest/gtest.h>

#include "configs/seed.h"
#include "program.h"

namespace madsearch {
namespace {

/// What a Python script prints that has the tool as `tool`.
std::string printed(const std::string& script) {
  const TemporaryFolder folder;
  write_file(folder.path + "/script.py",
             "from importlib.machinery import SourceFileLoader\n"
             "from importlib.util import module_from_spec, spec_from_loader\n"
             "spec = spec_from_loader('tool', SourceFileLoader('tool', 'tools/debian-text'))\n"
             "tool = module_from_spec(spec)\n"
             "spec.loader.exec_module(tool)\n" +
                 script);
  const auto ran = run_program("python3 -B " + folder.path + "/script.py");
  EXPECT_EQ(ran.code, 0) << ran.err;
  return ran.out;
}

TEST(DebianText, OrdersDocumentsAsCorporaDo) {
  std::string expected;
  for (const auto* index : {"0", "1", "3220"})
    expected += std::to_string(Seed{}.derive(std::string("text.bin#") + index).value) + "\n";
  EXPECT_EQ(printed("for i in (0, 1, 3220): print(tool.place_of(i))\n"), expected);
}

TEST(DebianText, LeavesOutWhatRepeatsAndWhatIsNoPlainText) {
  EXPECT_EQ(printed(R"(
words = lambda first: b" ".join(b"%d" % i for i in range(first, first + 400))
documents = tool.Documents()
taken = [documents.take(text) for text in (
    words(0), words(0), words(150), words(300), words(1000)[:900], words(1000) + b"\x0c", words(1000) + "ü".encode())]
print([size > 0 for size in taken])
print(documents.left_out)
)"),
            "[True, False, False, True, False, False, False]\n"
            "{'size': 1, 'not ASCII': 2, 'duplicates': 1, 'near duplicates': 1}\n");
}

TEST(DebianText, RefusesWhatItCannotDo) {
  const auto ran = run_program("python3 -B tools/debian-text --help");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err.substr(0, 60), "Makes a small corpus of Debian packages, on which designs ar");
}

}  // namespace
}  // namespace madsearch
