#include "mad_tasks/recall.h"

#include "mad_tasks/checks.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

class Recall : public Generator {
 public:
  Recall(const RecallSizes& sizes, Seed seed) : sizes_(sizes), seed_(seed) {}

  Example make(Split split, std::uint64_t index) const override {
    Rng rng = stream(seed_, split, index);
    std::vector<std::int32_t> tokens;
    std::vector<std::int32_t> asked;
    std::vector<std::int32_t> remembered(static_cast<std::size_t>(sizes_.keys()), kIgnore);  // value of each key
    std::vector<std::int32_t> shown;                                                         // keys, by first showing
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
    return next_token_example(tokens, asked, split);
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

Example next_token_example(const std::vector<std::int32_t>& tokens, const std::vector<std::int32_t>& asked,
                           Split split) {
  const auto& targets = split == Split::kTrain ? tokens : asked;
  return {{tokens.begin(), tokens.end() - 1}, {targets.begin() + 1, targets.end()}};
}

}  // namespace madsearch
