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
  std::int64_t vocabulary;
  std::int64_t length;
  std::int64_t key_motif;
  std::int64_t value_motif;
  bool multi_query;
  bool train_asked;

  explicit FuzzySizes(const TaskValues& values)
      : vocabulary(values.count("vocabulary")),
        length(values.count("length")),
        key_motif(values.count("key_motif")),
        value_motif(values.count("value_motif")),
        multi_query(values.count("multi_query") != 0),
        train_asked(values.real_or("train_asked", 0) != 0) {}
  std::int64_t padding() const { return vocabulary - (multi_query ? 1 : 2); }  // keys and values lie below it
  std::int64_t keys() const { return padding() / 2; }
  std::int64_t values() const { return padding() - keys(); }
  std::int64_t longest_pair() const { return key_motif + value_motif; }
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
    Motifs keys(0, sizes_.keys());
    Motifs values(sizes_.keys(), sizes_.values());
    Sequence out;
    const auto probe = draw_sizes(rng, split);
    const auto probe_key = keys.draw(rng, probe.key);
    const auto probe_value = values.draw(rng, probe.value);
    const std::int64_t end = sizes_.length - probe.total() - sizes_.longest_pair();
    const std::int64_t place = token(rng, 0, places(probe.total(), end));

    std::map<Motif, Motif> remembered;
    bool placed = false;
    while (out.size() < end) {
      const auto sizes = draw_sizes(rng, split);
      const bool now = !placed && out.size() >= place;
      const auto key = now ? probe_key : keys.draw(rng, sizes.key);
      auto known = remembered.find(key);
      const bool ask = known != remembered.end() && sizes_.multi_query;
      if (known == remembered.end())
        known = remembered.emplace(key, key == probe_key ? probe_value : values.draw(rng, sizes.value)).first;
      placed = placed || key == probe_key;
      out.put(key, false);
      out.put(known->second, ask);
    }
    if (answerable) *answerable = placed;
    if (!sizes_.multi_query) out.put({static_cast<std::int32_t>(sizes_.vocabulary - 1)}, false);
    out.put(probe_key, false);
    out.put(probe_value, true);
    out.pad(sizes_.length + 1, static_cast<std::int32_t>(sizes_.padding()));
    return next_token_example(out.tokens, out.asked, split, sizes_.train_asked);
  }

 private:
  /// Lengths of the motifs of a pair.
  struct PairSizes {
    std::int64_t key = 0;
    std::int64_t value = 0;
    std::int64_t total() const { return key + value; }
  };

  /// A sequence while it is made.
  struct Sequence {
    std::vector<std::int32_t> tokens;
    std::vector<std::int32_t> asked;  // the same, kIgnore where nothing is asked

    std::int64_t size() const { return static_cast<std::int64_t>(tokens.size()); }
    void put(const Motif& motif, bool ask) {
      tokens.insert(tokens.end(), motif.begin(), motif.end());
      if (ask)
        asked.insert(asked.end(), motif.begin(), motif.end());
      else
        asked.insert(asked.end(), motif.size(), kIgnore);
    }
    void pad(std::int64_t length, std::int32_t padding) {
      const auto missing = static_cast<std::size_t>(length - size());
      tokens.insert(tokens.begin(), missing, padding);
      asked.insert(asked.begin(), missing, kIgnore);
    }
  };

  PairSizes draw_sizes(Rng& rng, Split split) const {
    const auto key = split == Split::kTrain ? token(rng, 1, sizes_.key_motif) : sizes_.key_motif;
    return {key, token(rng, 1, sizes_.value_motif)};
  }

  /// How many places there are for the pair of the end to be shown before, as the sequence is drawn up to `end`. That
  /// stops within `longest_pair` tokens of `end`, so a place up to end - longest_pair is always reached.
  std::int64_t places(std::int64_t probe, std::int64_t end) const {
    const auto all = sizes_.length - 2 * probe;
    return protocol_ == Protocol::kMadsearch ? std::min(all, end - sizes_.longest_pair() + 1) : all;
  }

  FuzzySizes sizes_;
  Seed seed_;
  Protocol protocol_;
};

/// Counted on examples of a fixed seed: at the baseline within 0.001.
double part_that_can_be_known(const FuzzySizes& sizes) {
  const FuzzyRecall generator(sizes, Seed{}, Protocol::kMadLab);
  std::int64_t scored = 0;
  std::int64_t known = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    bool answerable = true;
    const auto example = generator.make(Split::kTest, i, &answerable);
    std::int64_t here = 0;
    std::int64_t at_end = 0;  // the targets of the pair at the end are the last ones
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
                at_least(values, "length", 1), at_least(values, "examples", 1), yes_or_no(values, "multi_query"),
                values.has("train_asked") ? yes_or_no(values, "train_asked") : ""});
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
  const double first = 2.0 / static_cast<double>(sizes.value_motif + 1);  // scored positions that show a key token
  const double n = static_cast<double>(sizes.values());
  return first / n + (1 - first) / (n - 1);
}

}  // namespace

Task fuzzy_in_context_recall() {
  return {.name = "fuzzy-in-context-recall",
          .summary = "recall the value that a key had earlier in the sequence; both are several tokens long",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/fuzzy-in-context-recall.yml",
          .recall_or_copying = true,
          .baseline = {{"vocabulary", 16},
                       {"length", 128},
                       {"examples", 12800},
                       {"multi_query", 1},
                       {"key_motif", 3},
                       {"value_motif", 3}},
          .added = {{"train_asked", 0}},
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
