#include "pretraining_results.h"

#include <algorithm>

namespace madsearch {
namespace {

double outside(const PretrainingRecord& record) {
  const auto share = record.recall_share.value();
  return (record.bits_per_byte.value() - share * record.bits_per_byte_recall.value()) / (1 - share);
}

}  // namespace

TextMeasure bits_per_byte() {
  return {"bits per byte", [](const auto& record) { return record.bits_per_byte.value(); }};
}

std::vector<TextMeasure> measures(const std::vector<PretrainingRecord>& records) {
  if (records.empty()) return {};
  std::vector<TextMeasure> out = {bits_per_byte()};
  const bool sliced =
      std::all_of(records.begin(), records.end(), [](const auto& one) { return one.bits_per_byte_recall.has_value(); });
  if (!sliced) return out;
  out.push_back({"recall slice", [](const auto& record) { return record.bits_per_byte_recall.value(); }});
  out.push_back({"outside the slice", outside});
  return out;
}

}  // namespace madsearch
