#include "text_bits.h"

#include <algorithm>
#include <optional>
#include <string>

#include "numbers.h"

namespace madsearch {
namespace {

void set(Record& design, const std::string& name, const std::optional<Interval>& bits) {
  std::optional<double> mean;
  if (bits) mean = bits->mean;
  design.set(name, mean);
  design.set(name + "_low", bits ? bits->low : std::nullopt);
  design.set(name + "_high", bits ? bits->high : std::nullopt);
}

}  // namespace

void set_text_bits(Record& design, const FrontRow& row) {
  set(design, "text_bits", row.text_bits);
  set(design, "text_bits_recall", row.text_bits_recall);
}

std::vector<Column> text_columns(const FrontReport& report) {
  const auto any = [&](const auto& known) {
    return std::any_of(report.front.begin(), report.front.end(), known) ||
           std::any_of(report.hand_designs.begin(), report.hand_designs.end(), known);
  };
  std::vector<Column> out;
  if (!any([](const FrontRow& row) { return row.text_bits.has_value(); })) return out;
  out.emplace_back("text bits", "text_bits", number("%.3f"));
  out.emplace_back("95 %<", range("%.3f", "text_bits_low", "text_bits_high"));
  if (any([](const FrontRow& row) { return row.text_bits_recall.has_value(); }))
    out.emplace_back("recalled", "text_bits_recall", number("%.3f"));
  return out;
}

}  // namespace madsearch
