#include "front_plot.h"

#include <algorithm>
#include <cmath>

#include "configs/text.h"
#include "front_view.h"
#include "layout.h"
#include "numbers.h"
#include "scatter.h"

namespace madsearch {
namespace {

constexpr int kLines = 12;

/// Which of the objectives is the first that is a size. There is one.
std::size_t first_size(const std::vector<std::string>& objectives) {
  const auto found = std::find_if(objectives.begin(), objectives.end(), is_size);
  return static_cast<std::size_t>(found - objectives.begin());
}

/// A size from its logarithm, in which objectives count.
std::string size_text(double objective) { return grouped(std::llround(std::pow(10, objective) - 1)); }

/// The value that belongs to an axis, from its least to its most among the marks.
template <class Get>
ScatterAxis axis_of(const std::vector<Mark>& marks, Get get) {
  ScatterAxis out{get(marks.front()), get(marks.front()), {}, {}};
  for (const auto& mark : marks) {
    out.least = std::min(out.least, get(mark));
    out.most = std::max(out.most, get(mark));
  }
  return out;
}

/// What lies on top comes last.
std::vector<Mark> marks_of(const Store& store, const FrontReport& report, std::size_t size) {
  std::vector<Mark> out;
  const auto add = [&](const std::vector<FrontRow>& rows, const std::string& sign) {
    for (const auto& row : rows) out.push_back({row.objectives[size], row.score.mean, sign});
  };
  add(completed_designs(store), "");
  add(report.hand_designs, "o");
  add(report.front, "*");
  return out;
}

}  // namespace

std::string front_plot(const Store& store, const FrontReport& report, int columns) {
  const auto size = first_size(report.objectives);
  const auto marks = marks_of(store, report, size);
  if (marks.empty()) return "";
  auto x = axis_of(marks, [](const Mark& mark) { return mark.x; });
  x.from = size_text(x.least);
  x.to = size_text(x.most);
  auto y = axis_of(marks, [](const Mark& mark) { return mark.y; });
  y.from = shown("%.2f", y.least);
  y.to = shown("%.2f", y.most);
  const auto& objective = report.objectives[size];
  const auto name = objective == "flops" ? "FLOPs" : axis_name(report, objective);
  const auto title = "score against " + name + " (log): * front, o hand design, dots all others";
  return broken_at(columns, title) + scatter(marks, x, y, columns, kLines) + "\n";
}

}  // namespace madsearch
