#include "mad_tasks/in_context_recall.h"

#include "mad_tasks/checks.h"
#include "mad_tasks/recall.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

class Recall : public Generator {
 public:
  Recall(const RecallSizes& sizes, Seed seed) : sizes_(sizes), seed_(seed) {}

  Example make(Split split, std::uint64_t index) const override {
    Rng rng = stream(seed_, split, index);
    std::vector<std::int32_t> tokens, asked;
    std::vector<std::int32_t> remembered(static_cast<std::size_t>(sizes_.keys()), kIgnore), shown;
    const auto put = [&](std::int32_t token_, bool ask) {
      tokens.push_back(token_);
      asked.push_back(ask ? token_ : kIgnore);
    };
    const std::int64_t pairs = sizes_.length / 2 - 1;
    const auto kept = static_cast<std::int64_t>(below(rng, static_cast<std::uint64_t>(pairs)));  // never noise
    for (std::int64_t i = 0; i < pairs; ++i) {
      if (sizes_.noise_fraction > 0 && i != kept && chance(rng, sizes_.noise_fraction)) {
        for (int n = 0; n < 2; ++n) put(token(rng, sizes_.pairable(), sizes_.noise_vocabulary), false);
        continue;
      }
      const auto key = token(rng, 0, sizes_.keys());
      auto& value = remembered[static_cast<std::size_t>(key)];
      const bool known = value != kIgnore;
      if (!known) {
        value = token(rng, sizes_.keys(), sizes_.values());
        shown.push_back(key);
      }
      put(key, false);
      put(value, known && sizes_.multi_query);
    }
    const auto probe = pick(rng, shown);
    if (!sizes_.multi_query) put(static_cast<std::int32_t>(sizes_.vocabulary - 1), false);
    put(probe, false);
    put(remembered[static_cast<std::size_t>(probe)], true);
    return shifted(tokens, asked, split);
  }

 private:
  RecallSizes sizes_;
  Seed seed_;
};

}  // namespace

RecallSizes recall_sizes(const TaskValues& values) {
  RecallSizes out{.vocabulary = values.count("vocabulary"), .length = values.count("length")};
  if (values.has("noise_vocabulary")) out.noise_vocabulary = values.count("noise_vocabulary");
  if (values.has("noise_fraction")) out.noise_fraction = values.real("noise_fraction");
  if (values.has("multi_query")) out.multi_query = values.count("multi_query") != 0;
  return out;
}

std::string recall_valid(const TaskValues& values) {
  const auto why = first_of({at_least(values, "vocabulary", 4), at_least(values, "length", 4), even(values, "length"),
                             at_least(values, "examples", 1), yes_or_no(values, "multi_query")});
  if (!why.empty()) return why;
  if (recall_sizes(values).pairable() < 4)
    return "vocabulary must leave at least 2 keys and 2 values: " + values.text();
  return "";
}

std::unique_ptr<Generator> recall_generator(const RecallSizes& sizes, Seed seed) {
  return std::make_unique<Recall>(sizes, seed);
}

Example shifted(const std::vector<std::int32_t>& tokens, const std::vector<std::int32_t>& asked, Split split) {
  const auto& targets = split == Split::kTrain ? tokens : asked;
  return {{tokens.begin(), tokens.end() - 1}, {targets.begin() + 1, targets.end()}};
}

Task in_context_recall() {
  return {.name = "in-context-recall",
          .summary = "recall the value that a key had earlier in the sequence",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/in-context-recall.yml",
          .baseline = {{"vocabulary", 16}, {"length", 128}, {"examples", 12800}, {"multi_query", 1}},
          .axes = {{"vocabulary", {32, 64, 128}}, {"length", {256, 512, 1024}}, {"examples", {6400, 3200, 1600, 800}}},
          .valid = recall_valid,
          .prepare = [](const TaskValues& values, Seed seed,
                        Protocol) { return recall_generator(recall_sizes(values), seed.derive("in-context-recall")); },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return recall_sizes(values).input_length(); },
          .chance = [](const TaskValues& values) { return 1.0 / static_cast<double>(recall_sizes(values).values()); },
          .oracle = [](const TaskValues&, Protocol) { return 1.0; }};
}

}  // namespace madsearch
