#include "beside_agreement.h"

#include <algorithm>
#include <map>
#include <set>

#include "beside.h"
#include "engine/study/expectations.h"
#include "engine/study/strengths.h"
#include "primitives/table.h"

namespace madsearch {
namespace {

constexpr std::size_t kFewest = 5;  // designs of a family

using Hashes = std::vector<std::string>;

std::vector<double> states_of(const Hashes& designs, const PretrainingBench& bench) {
  std::vector<double> out;
  for (const auto& design : designs) out.push_back(bench.published.traits.at(design).state);
  return out;
}

/// What can be said of designs without training any.
std::vector<Known> untrained(const Hashes& designs, const PretrainingBench& bench) {
  std::vector<Known> out = {{"state", {}}, {"parameters", {}}, {"kinds of mixers", {}}};
  for (const auto& design : designs) {
    const auto& traits = bench.published.traits.at(design);
    out[0].of[design] = traits.state;
    out[1].of[design] = traits.parameters;
    out[2].of[design] = static_cast<double>(traits.mixers.size());
  }
  return out;
}

/// What the table makes of the other designs' results. Empty of fewer than 20.
Known lookup_table(const Hashes& designs, const Known& found, const PretrainingBench& bench) {
  std::vector<ScoredDesign> all;
  for (const auto& design : designs)
    all.push_back({expanded_text(bench.published.published.genomes.at(design)), bench.published.traits.at(design).state,
                   found.of.at(design)});
  const auto expected = expectations(all);
  Known out{"lookup table", {}};
  for (std::size_t i = 0; i < designs.size(); ++i)
    if (expected[i]) out.of[designs[i]] = expected[i]->by_table;
  return out;
}

std::vector<Known> all_known(const Hashes& designs, const PretrainingBench& bench) {
  std::vector<Known> out;
  for (const auto& one : bench.beside) out.insert(out.end(), one.known.begin(), one.known.end());
  for (auto& both : sums(bench)) out.push_back(std::move(both));
  for (auto& known : untrained(designs, bench)) out.push_back(std::move(known));
  out.push_back({"the literature", strengths(bench.published.headline.contrasts)});
  return out;
}

bool has_all(const Known& known, const Hashes& designs) {
  return std::all_of(designs.begin(), designs.end(), [&](const auto& design) { return known.of.count(design); });
}

Agreement agreement_of(const Known& known, const Known& found, const Hashes& designs, const std::string& seed,
                       const PretrainingBench& bench) {
  return agreement(known.values(designs), found.values(designs), states_of(designs, bench), Seed{}.derive(seed));
}

/// Undefined for the first that stands beside.
Ahead ahead_of_first(const Known& known, const Known& found, const Hashes& designs, const std::string& seed,
                     const PretrainingBench& bench) {
  const auto& first = bench.beside.front().known.front();
  if (known.name == first.name) return {};
  return ahead(known.values(designs), first.values(designs), found.values(designs),
               Seed{}.derive(seed).derive("ahead"));
}

void add_family(const std::string& name, const Hashes& designs, const Known& known, const Known& found,
                const PretrainingBench& bench, std::vector<OfFamily>& out) {
  out.push_back({known.name, name, agreement_of(known, found, designs, name, bench),
                 ahead_of_first(known, found, designs, name, bench)});
}

}  // namespace

std::string family_of(const Traits& design) {
  std::set<std::string> families;
  for (const auto& mixer : design.mixers) families.insert(find_primitive(mixer)->family);
  return families.size() == 1 ? *families.begin() : "hybrid";
}

std::vector<Agrees> agreements(const PretrainingBench& bench) {
  const auto designs = pretrained_designs(bench);
  if (bench.beside.empty() || designs.empty()) return {};
  const auto known = all_known(designs, bench);
  std::vector<Agrees> out;
  for (const auto& measure : measures(bench.all_records())) {
    const auto found = qualities(measure, bench);
    auto against = known;
    against.push_back(lookup_table(designs, found, bench));
    for (const auto& one : against) {
      if (!has_all(one, designs)) continue;
      out.push_back({one.name, measure.name, agreement_of(one, found, designs, one.name, bench),
                     ahead_of_first(one, found, designs, one.name, bench)});
    }
  }
  return out;
}

std::vector<OfFamily> agreements_by_family(const PretrainingBench& bench) {
  std::map<std::string, Hashes> families;
  for (const auto& design : pretrained_designs(bench))
    families[family_of(bench.published.traits.at(design))].push_back(design);
  const auto found = qualities(bits_per_byte(), bench);
  std::vector<OfFamily> out;
  for (const auto& one : bench.beside)
    for (const auto& known : one.known) {
      if (!one.is_text && &known != &one.known.front()) continue;  // of a battery the score alone
      for (const auto& [family, inside] : families) {
        if (inside.size() < kFewest) continue;
        Hashes others;
        for (const auto& [other, designs] : families)
          if (other != family) others.insert(others.end(), designs.begin(), designs.end());
        std::sort(others.begin(), others.end());
        add_family(family, inside, known, found, bench, out);
        add_family("all but " + family, others, known, found, bench, out);
      }
    }
  return out;
}

}  // namespace madsearch
