#include "configs/errors.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "configs/text.h"

namespace madsearch {
namespace {

TEST(PointAt, ShowsTheLineAndMarksThePlace) {
  EXPECT_EQ(point_at("a.yaml", "one\ntwo three\n", 8, 5, "no number"),
            "a.yaml:2:5: no number\n"
            "  2 | two three\n"
            "    |     ^^^^^");
  EXPECT_EQ(point_at("a.yaml", "\tüber: x", 8, 1, "no number"),
            "a.yaml:1:9: no number\n"
            "  1 |  über: x\n"
            "    |        ^");
}

TEST(PointAt, ShowsWhatIsNearInALongLine) {
  const auto text = std::string(1'000'000, 'a') + "wrong" + std::string(1'000'000, 'b');
  EXPECT_EQ(point_at("a.yaml", text, 1'000'000, 5, "no number"),
            "a.yaml:1:1000001: no number\n"
            "  1 | ..." +
                std::string(100, 'a') + "wrong" + std::string(92, 'b') + "...\n    | " + std::string(103, ' ') +
                "^^^^^");
}

TEST(PointAt, LetsNothingOfTheTextMoveTheCursor) {
  EXPECT_EQ(point_at("caf\xe9.yaml", "a: \x1b[2J\n", 3, 4, "no number"),
            "caf\\xe9.yaml:1:4: no number\n"
            "  1 | a: \\x1b[2J\n"
            "    |    ^^^^");
}

TEST(PointAt, IsPrintableAndShortForAnyText) {
  EXPECT_TRUE(rc::check([](const std::string& name, const std::string& text, std::size_t position, std::size_t length) {
    const auto shown = point_at(name, text, position, length, "sentence");
    RC_ASSERT(shown.size() < 3000u);
    std::size_t lines = 0;
    for (std::size_t start = 0; start <= shown.size(); ++lines) {
      const auto end = std::min(shown.find('\n', start), shown.size());
      const auto line = shown.substr(start, end - start);
      RC_ASSERT(printable(line) == line);
      start = end + 1;
    }
    RC_ASSERT(lines == 3u);
  }));
}

}  // namespace
}  // namespace madsearch
