#include "engine/export/definitions.h"

#include <gtest/gtest.h>

namespace madsearch {
namespace {

constexpr const char* kModule = R"("""A module."""

import torch
from torch import nn


def half(x):
    return x / 2


# Of three.
WHOLE = {"half": 1}


@torch.no_grad()
def twice(x):
    """half of four"""
    return 2 * x  # not half


class Layer(nn.Module):
    def forward(self, x):

        return half(twice(x)) + self.WHOLE
)";

std::vector<std::string> names_of(const std::vector<Definition>& parts) {
  std::vector<std::string> out;
  for (const auto& part : parts) out.push_back(part.name);
  return out;
}

TEST(Definitions, AreFoundBehindCommentsAndDecoratorsButNotAmongImports) {
  const auto parts = definitions(kModule);
  EXPECT_EQ(names_of(parts), (std::vector<std::string>{"half", "WHOLE", "twice", "Layer"}));
  EXPECT_EQ(parts[0].text, "def half(x):\n    return x / 2");
  EXPECT_EQ(parts[1].text, "# Of three.\nWHOLE = {\"half\": 1}");
}

TEST(Definitions, BringThoseThatTheyNameAlongButNotThoseOfTextsCommentsAndAttributes) {
  const auto parts = definitions(kModule);
  EXPECT_EQ(names_of(needed(parts, {"Layer"})), (std::vector<std::string>{"half", "twice", "Layer"}));
  EXPECT_EQ(names_of(needed(parts, {"twice"})), (std::vector<std::string>{"twice"}));
  EXPECT_EQ(names_of(needed(parts, {"WHOLE"})), (std::vector<std::string>{"WHOLE"}));
}

TEST(Definitions, NamesEndWithTheirText) {
  EXPECT_EQ(names("a.b + 'c' \"\"\"d\"\"\" # e\nf"), (std::set<std::string>{"a", "f"}));
  EXPECT_EQ(names("g 'never closed"), (std::set<std::string>{"g"}));
}

}  // namespace
}  // namespace madsearch
