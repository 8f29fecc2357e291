#include "mad_tasks/recall.h"

#include <numeric>

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
    const auto keys = sizes_.pairs > 0 ? some_keys(rng) : std::vector<std::int32_t>{};
    const std::int64_t places = sizes_.length / 2 - 1;
    const auto kept = static_cast<std::int64_t>(below(rng, static_cast<std::uint64_t>(places)));  // never noise
    for (std::int64_t i = 0; i < places; ++i) {
      if (sizes_.noise_fraction > 0 && i != kept && chance(rng, sizes_.noise_fraction)) {
        for (int n = 0; n < 2; ++n) put(token(rng, sizes_.pairable(), sizes_.noise_vocabulary), false);
        continue;
      }
      const auto key = sizes_.pairs > 0 ? pick(rng, keys) : token(rng, 0, sizes_.keys());
      auto& value = remembered[static_cast<std::size_t>(key)];
      const bool known = value != kIgnore;
      const bool rewritten = known && sizes_.rewritten > 0 && chance(rng, sizes_.rewritten);
      if (!known) shown.push_back(key);
      if (!known || rewritten) value = token(rng, sizes_.keys(), sizes_.values());
      put(key, false);
      put(value, known && !rewritten && sizes_.multi_query);
    }
    const auto probe = pick(rng, shown);
    if (!sizes_.multi_query) put(static_cast<std::int32_t>(sizes_.vocabulary - 1), false);
    put(probe, false);
    put(remembered[static_cast<std::size_t>(probe)], true);
    return next_token_example(tokens, asked, split, sizes_.train_asked);
  }

 private:
  /// Different ones, as many as `pairs` says.
  std::vector<std::int32_t> some_keys(Rng& rng) const {
    std::vector<std::int32_t> out(static_cast<std::size_t>(sizes_.keys()));
    std::iota(out.begin(), out.end(), 0);
    shuffle(rng, out);
    out.resize(static_cast<std::size_t>(sizes_.pairs));
    return out;
  }

  RecallSizes sizes_;
  Seed seed_;
};

}  // namespace

RecallSizes recall_sizes(const TaskValues& values) {
  RecallSizes out{.vocabulary = values.count("vocabulary"), .length = values.count("length")};
  if (values.has("noise_vocabulary")) out.noise_vocabulary = values.count("noise_vocabulary");
  if (values.has("noise_fraction")) out.noise_fraction = values.real("noise_fraction");
  if (values.has("multi_query")) out.multi_query = values.count("multi_query") != 0;
  if (values.has("pairs")) out.pairs = values.count("pairs");
  out.rewritten = values.real_or("rewritten", 0);
  out.train_asked = values.real_or("train_asked", 0) != 0;
  return out;
}

TaskValues recall_added() { return {{"pairs", 0}, {"rewritten", 0}, {"train_asked", 0}}; }

std::string recall_valid(const TaskValues& values) {
  const auto why = first_of({at_least(values, "vocabulary", 4), at_least(values, "length", 4), even(values, "length"),
                             at_least(values, "examples", 1), yes_or_no(values, "multi_query"),
                             values.has("train_asked") ? yes_or_no(values, "train_asked") : ""});
  if (!why.empty()) return why;
  const auto sizes = recall_sizes(values);
  if (sizes.pairable() < 4) return "vocabulary must leave at least 2 keys and 2 values: " + values.text();
  if (values.has("pairs") && (sizes.pairs < 1 || sizes.pairs > sizes.keys()))
    return "pairs must be from 1 to the number of keys, " + std::to_string(sizes.keys()) + ": " + values.text();
  if (!(sizes.rewritten >= 0 && sizes.rewritten <= 1)) return "rewritten must be from 0 to 1: " + values.text();
  return "";
}

std::unique_ptr<Generator> recall_generator(const RecallSizes& sizes, Seed seed) {
  return std::make_unique<Recall>(sizes, seed);
}

Example next_token_example(const std::vector<std::int32_t>& tokens, const std::vector<std::int32_t>& asked, Split split,
                           bool train_asked) {
  const auto& targets = split == Split::kTrain && !train_asked ? tokens : asked;
  return {{tokens.begin(), tokens.end() - 1}, {targets.begin() + 1, targets.end()}};
}

}  // namespace madsearch
