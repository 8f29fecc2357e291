#include "search/architecture/drawing.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "configs/text.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

// In pixels.
constexpr int kLetter = 7;
constexpr int kSmallLetter = 6;
constexpr int kNarrowest = 110;
constexpr int kNameHeight = 26;
constexpr int kLineHeight = 14;
constexpr int kGap = 22;      // between what stands above each other
constexpr int kBetween = 18;  // between branches
constexpr int kMargin = 24;
constexpr int kEndHeight = 18;  // of the words "input", "output" and of a merge

struct Colour {
  const char* family;
  const char* fill;
};
constexpr Colour kColours[] = {{"attention", "#f4b6a6"},
                               {"convolution", "#c9dff5"},
                               {"delta rule", "#c7b8ea"},
                               {"identity", "#eeeeee"},
                               {"linear attention", "#f7d794"},
                               {"mixture of experts", "#cfe8c6"},
                               {"mlp", "#e2f0d9"},
                               {"recurrent", "#f5c6de"},
                               {"state space", "#a9dcd6"},
                               {"test-time training", "#d9c7b0"}};

std::string fill_of(const std::string& family) {
  const auto* found = std::find_if(std::begin(kColours), std::end(kColours),
                                   [&](const Colour& colour) { return family == colour.family; });
  return found == std::end(kColours) ? "#ffffff" : found->fill;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
  }
  return out;
}

/// What stands in a block's box below its name.
std::vector<std::string> lines_of(const Block& block) {
  std::vector<std::string> out;
  const auto* primitive = find_primitive(block.primitive);
  for (const auto& [name, value] : block.settings)
    if (!primitive || primitive->knob(name)->values.front() != value) out.push_back(name + "=" + value.text());
  if (!block.label.empty()) out.push_back("@" + block.label + (block.keys_values_only ? ":kv" : ""));
  return out;
}

struct Size {
  int width = 0;
  int height = 0;
};

Size size_of(const Stripe& stripe);

Size size_of(const Block& block) {
  const auto lines = lines_of(block);
  auto letters = kLetter * static_cast<int>(block.primitive.size());
  for (const auto& line : lines) letters = std::max(letters, kSmallLetter * static_cast<int>(line.size()));
  return {std::max(kNarrowest, letters + 20), kNameHeight + kLineHeight * static_cast<int>(lines.size())};
}

Size size_of(const Stage& stage) {
  if (!stage.parallel()) return size_of(stage.block);
  Size out{-kBetween, 0};
  for (const auto& branch : stage.branches) {
    const auto size = size_of(branch);
    out.width += size.width + kBetween;
    out.height = std::max(out.height, size.height);
  }
  out.height += 2 * kGap + kEndHeight;  // where they part, and the merge
  return out;
}

Size size_of(const Stripe& stripe) {
  Size out{0, -kGap};
  for (const auto& stage : stripe) {
    const auto size = size_of(stage);
    out.width = std::max(out.width, size.width);
    out.height += size.height + kGap;
  }
  return out;
}

/// Draws from the bottom up, around a vertical line.
class Drawing {
 public:
  /// `edge`: x to the right of every block.
  explicit Drawing(int edge) : edge_(edge) {}

  /// Of `stripe` between the heights `bottom` and the returned one, around x.
  int stripe(const Stripe& stripe, int x, int bottom) {
    bool first = true;
    for (const auto& stage : stripe) {
      if (!std::exchange(first, false)) {
        line(x, bottom, x, bottom - kGap);
        bottom -= kGap;
      }
      bottom = stage.parallel() ? branches(stage, x, bottom) : block(stage.block, x, bottom);
    }
    return bottom;
  }
  void line(int x1, int y1, int x2, int y2) {
    const auto n = [](int number) { return std::to_string(number); };
    lines_ += "<path class=\"flow\" d=\"M" + n(x1) + " " + n(y1) + " L" + n(x2) + " " + n(y2) + "\"/>\n";
  }
  void word(const std::string& text, int x, int y, const std::string& kind) {
    words_ += "<text class=\"" + kind + "\" x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\">" +
              escaped(text) + "</text>\n";
  }
  std::string text() const { return lines_ + boxes_ + shared_ + words_; }

 private:
  struct Place {
    int side, middle;  // x of the right edge, y
  };

  int block(const Block& block, int x, int bottom) {
    const auto size = size_of(block);
    const auto top = bottom - size.height;
    const auto* primitive = find_primitive(block.primitive);
    boxes_ += "<rect x=\"" + std::to_string(x - size.width / 2) + "\" y=\"" + std::to_string(top) + "\" width=\"" +
              std::to_string(size.width) + "\" height=\"" + std::to_string(size.height) + "\" rx=\"4\" fill=\"" +
              fill_of(primitive ? primitive->family : "") + "\"/>\n";
    auto y = top + 17;
    word(block.primitive, x, y, "name");
    for (const auto& line : lines_of(block)) word(line, x, y += kLineHeight, "knob");
    share(block, {x + size.width / 2, top + size.height / 2});
    return top;
  }

  /// A dashed line to the first block of the label.
  void share(const Block& block, Place here) {
    if (block.label.empty()) return;
    const auto [owner, first] = owners_.try_emplace(block.label, here);
    if (first) return;
    const auto& there = owner->second;
    const auto n = [](int number) { return std::to_string(number); };
    shared_ += "<path class=\"shared\" d=\"M" + n(there.side) + " " + n(there.middle) + " H" + n(edge_) + " V" +
               n(here.middle) + " H" + n(here.side) + "\"/>\n";
  }

  int branches(const Stage& stage, int x, int bottom) {
    const auto size = size_of(stage);
    const auto top = bottom - size.height;
    const auto merge = top + kEndHeight;
    auto left = x - size.width / 2;
    for (const auto& branch : stage.branches) {
      const auto width = size_of(branch).width;
      const auto middle = left + width / 2;
      line(x, bottom, middle, bottom - kGap);
      line(middle, stripe(branch, middle, bottom - kGap), x, merge);
      left += width + kBetween;
    }
    word(stage.merge == Merge::kNorms ? "merge" : "merge=" + to_text(stage.merge), x, top + 13, "end");
    return top;
  }

  int edge_;
  std::string lines_, boxes_, shared_, words_;
  std::map<std::string, Place> owners_;  // label -> first block
};

constexpr const char* kStyle =
    "<style>text{font-family:Helvetica,Arial,sans-serif;text-anchor:middle;fill:#222}.name{font-size:13px;"
    "font-weight:bold}.knob{font-size:11px}.end{font-size:12px;fill:#555}rect{stroke:#555}.flow{stroke:#555;fill:none}"
    ".shared{stroke:#b03060;stroke-dasharray:4 3;fill:none}</style>\n";

}  // namespace

std::string svg(const Genome& genome, const std::string& title) {
  const auto size = size_of(genome.stages);
  const auto letters_of_title = kSmallLetter * static_cast<int>(letters(title));
  const auto width = std::max(size.width, letters_of_title) + 4 * kMargin;
  const auto height = size.height + 2 * (kGap + kEndHeight) + 3 * kMargin;
  const auto x = width / 2;
  const auto bottom = height - kMargin;
  Drawing drawing(x + size.width / 2 + kMargin);
  drawing.word("input", x, bottom, "end");
  drawing.line(x, bottom - kEndHeight, x, bottom - kEndHeight - kGap);
  const auto top = drawing.stripe(genome.stages, x, bottom - kEndHeight - kGap);
  drawing.line(x, top, x, top - kGap);
  drawing.word("output", x, top - kGap - 5, "end");
  drawing.word(title, x, kMargin, "knob");
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(width) + "\" height=\"" +
         std::to_string(height) + "\">\n<title>" + escaped(title) + "</title>\n" + kStyle +
         "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\" style=\"stroke:none\"/>\n" + drawing.text() +
         "</svg>\n";
}

}  // namespace madsearch
