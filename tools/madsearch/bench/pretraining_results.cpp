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

TextMeasure outside_the_slice() { return {"outside the slice", outside}; }

std::vector<TextMeasure> measures(const std::vector<PretrainingRecord>& records) {
  if (records.empty()) return {};
  std::vector<TextMeasure> out = {bits_per_byte()};
  const bool sliced =
      std::all_of(records.begin(), records.end(), [](const auto& one) { return one.bits_per_byte_recall.has_value(); });
  if (!sliced) return out;
  out.push_back({"recall slice", [](const auto& record) { return record.bits_per_byte_recall.value(); }});
  out.push_back(outside_the_slice());
  return out;
}

std::vector<double> Known::values(const std::vector<std::string>& designs) const {
  std::vector<double> out;
  for (const auto& design : designs) out.push_back(of.at(design));
  return out;
}

PretrainRequest published_request(const SetupFile& setup, const Genome& genome, std::int64_t seed_set) {
  return setup_request(setup, with_shares_of_context(genome), seed_set);
}

std::vector<PretrainingRecord> PretrainingBench::all_records() const {
  std::vector<PretrainingRecord> out;
  for (const auto& [hash, of_design] : records) out.insert(out.end(), of_design.begin(), of_design.end());
  return out;
}

}  // namespace madsearch
