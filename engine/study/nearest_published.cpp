#include "engine/study/nearest_published.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <set>

#include "configs/text.h"
#include "engine/study/traits.h"
#include "search/architecture/windows.h"

namespace madsearch {
namespace {

constexpr double kFlag = 0.25;
constexpr std::size_t kMostGroups = 2;
constexpr std::int64_t kPublishedLength = 32;  // of the sequences for which published windows are written

using Shares = std::map<std::string, double>;

double half_of_differences(const Shares& a, const Shares& b) {
  const auto share = [](const Shares& of, const std::string& name) {
    const auto found = of.find(name);
    return found == of.end() ? 0.0 : found->second;
  };
  std::set<std::string> names;
  for (const auto* shares : {&a, &b})
    for (const auto& [name, value] : *shares) names.insert(name);
  double out = 0;
  for (const auto& name : names) out += std::abs(share(a, name) - share(b, name)) / 2;
  constexpr double kRounding = 1e9;  // thirds and sixths are no binary numbers
  return std::round(out * kRounding) / kRounding;
}

/// By blocks with their knobs, but for labels.
Shares shares_of_blocks(const Genome& genome) {
  Shares out;
  const auto all = blocks(genome);
  for (auto* block : all) {
    auto alone = *block;
    alone.label.clear();
    alone.keys_values_only = false;
    out[expanded_text({{{alone, {}}}})] += 1.0 / static_cast<double>(all.size());
  }
  return out;
}

/// In numbers; 0 if a scale does not say it.
double size_in_numbers(const std::string& scale) {
  const auto size = size_of(scale);
  if (size.empty()) return 0;
  return number_of(size.substr(0, size.size() - 1)).value_or(0) * (size.back() == 'B' ? 1e9 : 1e6);
}

PublishedResult result_of(const PublishedDesign& design, const Published& published) {
  PublishedResult out{&published.groups[design.group], &design, 1, 0};
  for (const auto& other : published.designs) {
    if (other.group != design.group) continue;
    ++out.of;
    if (other.value < design.value) ++out.rank;
  }
  return out;
}

/// What a design, however often it is repeated, got in groups of trust A and B, the largest scale first.
std::vector<PublishedResult> results_of(const Genome& genome, const Published& published) {
  std::vector<PublishedResult> out;
  std::set<std::size_t> groups;
  for (const auto& design : published.designs)
    if (!design.hash.empty() && published.groups[design.group].headline() &&
        same_design(published.genomes.at(design.hash), genome) && groups.insert(design.group).second)
      out.push_back(result_of(design, published));
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return size_in_numbers(a.group->scale) > size_in_numbers(b.group->scale);
  });
  return out;
}

/// Which of two is nearer.
bool before(const NearestPublished& a, const NearestPublished& b) {
  if (a.distance != b.distance) return a.distance < b.distance;
  if (a.same != b.same) return a.same;
  return size_in_numbers(a.results.front().group->scale) > size_in_numbers(b.results.front().group->scale);
}

}  // namespace

DesignDistance design_distance(const Genome& a, const Genome& b) {
  const auto of_a = makeup(a);
  const auto of_b = makeup(b);
  const auto flag = [](bool one, bool other) { return one == other ? 0 : kFlag; };
  return {half_of_differences(of_a.shares, of_b.shares) + flag(of_a.convolution, of_b.convolution) +
              flag(of_a.window, of_b.window),
          half_of_differences(shares_of_blocks(a), shares_of_blocks(b))};
}

bool same_design(const Genome& a, const Genome& b) {
  if (a.stages.empty() || b.stages.empty()) return a == b;
  // Two that repeat agree everywhere if they do over both their lengths.
  for (std::size_t i = 0; i < a.stages.size() + b.stages.size(); ++i)
    if (a.stages[i % a.stages.size()] != b.stages[i % b.stages.size()]) return false;
  return true;
}

std::optional<NearestPublished> nearest_published(const Genome& asked, const Published& published) {
  const auto genome = counted_windows(asked, kPublishedLength);
  std::optional<NearestPublished> out;
  std::set<std::string> seen;
  for (const auto& design : published.designs) {
    if (design.hash.empty() || !seen.insert(design.hash).second) continue;
    const auto& other = published.genomes.at(design.hash);
    NearestPublished one{other, design_distance(genome, other), same_design(genome, other),
                         results_of(other, published)};
    if (one.results.empty()) continue;
    if (!out || before(one, *out)) out = std::move(one);
  }
  if (out && out->results.size() > kMostGroups) out->results.resize(kMostGroups);
  return out;
}

std::string size_of(const std::string& scale) {
  static const std::regex size("[0-9]+([.][0-9]+)?[MB]");
  std::smatch found;
  return std::regex_search(scale, found, size) ? found.str() : "";
}

}  // namespace madsearch
