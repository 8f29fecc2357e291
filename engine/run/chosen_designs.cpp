#include "engine/run/chosen_designs.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "results/front_report.h"

namespace madsearch {
namespace {

constexpr double kNear = 0.1;      // of state, relative
constexpr double kClearly = 0.05;  // of score, where there is no interval

bool clearly_worse(const FrontRow& worse, const FrontRow& better) {
  if (worse.score.high && better.score.low) return *worse.score.high < *better.score.low;
  return worse.score.mean < better.score.mean - kClearly;
}

}  // namespace

std::vector<Chosen> choose_for_pretraining(const Store& store, const PretrainOptions& options, std::int64_t stages) {
  std::vector<Chosen> out;
  std::set<std::string> taken;
  const auto add = [&](const std::string& hash, const std::string& text, const std::string& role) {
    if (taken.insert(hash).second) out.push_back({hash, text, role});
  };
  for (const auto& control : options.controls) {
    const auto genome = repeated(control, stages);
    add(hash(genome), expanded_text(genome), "control");
  }
  auto members = read_front(store).front;
  std::stable_sort(members.begin(), members.end(),
                   [](const auto& a, const auto& b) { return a.score.mean > b.score.mean; });
  std::erase_if(members, [&](const FrontRow& row) { return taken.contains(row.candidate.hash); });
  if (members.size() > static_cast<std::size_t>(options.members))
    members.resize(static_cast<std::size_t>(options.members));
  for (const auto& member : members) add(member.candidate.hash, member.candidate.text, "front");

  auto pairs = options.pairs;
  const auto completed = completed_designs(store);
  for (const auto& member : members) {
    if (pairs == 0) break;
    const FrontRow* partner = nullptr;
    for (const auto& other : completed) {
      const auto state = static_cast<double>(member.candidate.served_state);
      if (taken.contains(other.candidate.hash) || !clearly_worse(other, member)) continue;
      if (std::abs(static_cast<double>(other.candidate.served_state) - state) > kNear * state) continue;
      if (!partner || other.score.mean < partner->score.mean) partner = &other;
    }
    if (!partner) continue;
    add(partner->candidate.hash, partner->candidate.text, "pair of " + member.candidate.hash);
    --pairs;
  }
  return out;
}

}  // namespace madsearch
