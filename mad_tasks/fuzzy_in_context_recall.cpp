#include "mad_tasks/fuzzy_in_context_recall.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "mad_tasks/checks.h"
#include "mad_tasks/recall.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

using Motif = std::vector<std::int32_t>;

struct FuzzySizes {
  std::int64_t vocabulary, length, key_motif, value_motif;
  bool multi_query;

  explicit FuzzySizes(const TaskValues& values)
      : vocabulary(values.count("vocabulary")),
        length(values.count("length")),
        key_motif(values.count("key_motif")),
        value_motif(values.count("value_motif")),
        multi_query(values.count("multi_query") != 0) {}
  std::int64_t padding() const { return vocabulary - (multi_query ? 1 : 2); }  // keys and values lie below it
  std::int64_t keys() const { return padding() / 2; }
  std::int64_t values() const { return padding() - keys(); }
};

/// Draws motifs of tokens first .. first + n - 1.
class Motifs {
 public:
  Motifs(std::int64_t first, std::int64_t n) : tokens_(static_cast<std::size_t>(n)) {
    std::iota(tokens_.begin(), tokens_.end(), static_cast<std::int32_t>(first));
  }
  /// Uniform among the orders of `size` different tokens: the first `size` steps of a shuffle, which may start from any
  /// order.
  Motif draw(Rng& rng, std::int64_t size) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i)
      std::swap(tokens_[i], tokens_[i + below(rng, tokens_.size() - i)]);
    return {tokens_.begin(), tokens_.begin() + size};
  }

 private:
  std::vector<std::int32_t> tokens_;
};

class FuzzyRecall : public Generator {
 public:
  FuzzyRecall(const FuzzySizes& sizes, Seed seed, Protocol protocol)
      : sizes_(sizes), seed_(seed), protocol_(protocol) {}

  Example make(Split split, std::uint64_t index) const override { return make(split, index, nullptr); }

  /// `answerable`, if given, becomes whether the pair at the end was shown before.
  Example make(Split split, std::uint64_t index, bool* answerable) const {
    Rng rng = stream(seed_, split, index);
    Motifs keys(0, sizes_.keys()), values(sizes_.keys(), sizes_.values());
    const auto key_size = [&] { return split == Split::kTrain ? token(rng, 1, sizes_.key_motif) : sizes_.key_motif; };
    const auto value_size = [&] { return token(rng, 1, sizes_.value_motif); };

    std::vector<std::int32_t> tokens, asked;
    const auto put = [&](const Motif& motif, bool ask) {
      tokens.insert(tokens.end(), motif.begin(), motif.end());
      for (const auto token_ : motif) asked.push_back(ask ? token_ : kIgnore);
    };

    const auto probe_sizes = std::pair{key_size(), value_size()};
    const auto probe_key = keys.draw(rng, probe_sizes.first), probe_value = values.draw(rng, probe_sizes.second);
    const std::int64_t probe = static_cast<std::int64_t>(probe_key.size() + probe_value.size());
    const std::int64_t most = sizes_.key_motif + sizes_.value_motif, end = sizes_.length - probe - most;
    // The last pair starts within `most` tokens of the end: a place not after end - most is always reached.
    auto places = sizes_.length - 2 * probe;
    if (protocol_ == Protocol::kMadsearch) places = std::min(places, end - most + 1);
    const std::int64_t place = token(rng, 0, places);

    std::map<Motif, Motif> remembered;
    bool placed = false;
    while (static_cast<std::int64_t>(tokens.size()) < end) {
      const auto sizes = std::pair{key_size(), value_size()};
      const bool now = !placed && static_cast<std::int64_t>(tokens.size()) >= place;
      const auto key = now ? probe_key : keys.draw(rng, sizes.first);
      auto known = remembered.find(key);
      const bool ask = known != remembered.end() && sizes_.multi_query;
      if (known == remembered.end())
        known = remembered.emplace(key, key == probe_key ? probe_value : values.draw(rng, sizes.second)).first;
      placed = placed || key == probe_key;
      put(key, false);
      put(known->second, ask);
    }
    if (answerable) *answerable = placed;
    if (!sizes_.multi_query) put({static_cast<std::int32_t>(sizes_.vocabulary - 1)}, false);
    put(probe_key, false);
    put(probe_value, true);

    const auto padding = static_cast<std::size_t>(sizes_.length + 1) - tokens.size();
    tokens.insert(tokens.begin(), padding, static_cast<std::int32_t>(sizes_.padding()));
    asked.insert(asked.begin(), padding, kIgnore);
    return shifted(tokens, asked, split);
  }

 private:
  FuzzySizes sizes_;
  Seed seed_;
  Protocol protocol_;
};

/// Counted on examples of a fixed seed: at the baseline within 0.001.
double part_that_can_be_known(const FuzzySizes& sizes) {
  const FuzzyRecall generator(sizes, Seed{}, Protocol::kMadLab);
  std::int64_t scored = 0, known = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    bool answerable = true;
    const auto example = generator.make(Split::kTest, i, &answerable);
    std::int64_t here = 0, at_end = 0;  // the targets of the pair at the end are the last ones
    for (const auto target : example.targets) {
      here += target != kIgnore;
      at_end = target == kIgnore ? 0 : at_end + 1;
    }
    scored += here;
    known += answerable ? here : here - at_end;
  }
  return static_cast<double>(known) / static_cast<double>(scored);
}

std::string valid(const TaskValues& values) {
  const auto why =
      first_of({at_least(values, "vocabulary", 4), at_least(values, "key_motif", 1), at_least(values, "value_motif", 1),
                at_least(values, "length", 1), at_least(values, "examples", 1), yes_or_no(values, "multi_query")});
  if (!why.empty()) return why;
  const FuzzySizes sizes(values);
  if (sizes.keys() < sizes.key_motif || sizes.values() < std::max<std::int64_t>(2, sizes.value_motif))
    return "vocabulary must leave as many key tokens as key_motif and as many value tokens as value_motif, at least "
           "2: " +
           values.text();
  if (sizes.length < 3 * (sizes.key_motif + sizes.value_motif))
    return "length must be at least 3 (key_motif + value_motif): " + values.text();
  return "";
}

double chance_accuracy(const TaskValues& values) {
  const FuzzySizes sizes(values);
  const double first = 2.0 / static_cast<double>(sizes.value_motif + 1), n = static_cast<double>(sizes.values());
  return first / n + (1 - first) / (n - 1);
}

}  // namespace

Task fuzzy_in_context_recall() {
  return {.name = "fuzzy-in-context-recall",
          .summary = "recall the value that a key had earlier in the sequence; both are several tokens long",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/fuzzy-in-context-recall.yml",
          .baseline = {{"vocabulary", 16},
                       {"length", 128},
                       {"examples", 12800},
                       {"multi_query", 1},
                       {"key_motif", 3},
                       {"value_motif", 3}},
          .axes = {{"vocabulary", {32, 64, 128}}, {"length", {256, 512, 1024}}, {"examples", {6400, 3200, 1600, 800}}},
          .valid = valid,
          .prepare = [](const TaskValues& values, Seed seed, Protocol protocol) -> std::unique_ptr<Generator> {
            return std::make_unique<FuzzyRecall>(FuzzySizes(values), seed.derive("fuzzy-in-context-recall"), protocol);
          },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return values.count("length"); },
          .chance = chance_accuracy,
          .oracle =
              [](const TaskValues& values, Protocol protocol) {
                return protocol == Protocol::kMadsearch ? 1.0 : part_that_can_be_known(FuzzySizes(values));
              }};
}

}  // namespace madsearch
