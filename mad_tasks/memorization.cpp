#include "mad_tasks/memorization.h"

#include <cmath>
#include <numeric>

#include "mad_tasks/checks.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

std::int64_t keys(const TaskValues& values) { return (values.count("vocabulary") - 1) / 2; }

class Memorization : public Generator {
 public:
  Memorization(std::int64_t vocabulary, std::int64_t length, Seed map, Seed examples)
      : insert_(static_cast<std::int32_t>(vocabulary - 1)), length_(length), seed_(examples) {
    const auto keys = (vocabulary - 1) / 2;
    value_of_.resize(static_cast<std::size_t>(vocabulary - 1 - keys));
    std::iota(value_of_.begin(), value_of_.end(), static_cast<std::int32_t>(keys));
    Rng rng(map);
    shuffle(rng, value_of_);
    value_of_.resize(static_cast<std::size_t>(keys));
  }

  Example make(Split split, std::uint64_t index) const override {
    Rng rng = stream(seed_, split, index);
    Example out;
    for (std::int64_t i = 0; i < length_ / 2; ++i) {
      const auto key = token(rng, 0, static_cast<std::int64_t>(value_of_.size()));
      out.inputs.insert(out.inputs.end(), {key, insert_});
      out.targets.insert(out.targets.end(), {kIgnore, value_of_[static_cast<std::size_t>(key)]});
    }
    return out;
  }

 private:
  std::vector<std::int32_t> value_of_;  // by key
  std::int32_t insert_;
  std::int64_t length_;
  Seed seed_;
};

}  // namespace

Task memorization() {
  return {.name = "memorization",
          .summary = "learn a fixed map from keys to values by heart",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/memorization.yml",
          .recall_or_copying = false,
          .baseline = {{"vocabulary", 256}, {"length", 32}, {"examples", 256}},
          .axes = {{"vocabulary", {512, 1024, 2048, 4096, 8192}}},
          .valid =
              [](const TaskValues& values) {
                return first_of({at_least(values, "vocabulary", 5), at_least(values, "length", 2),
                                 even(values, "length"), at_least(values, "examples", 1)});
              },
          .prepare = [](const TaskValues& values, Seed seed, Protocol protocol) -> std::unique_ptr<Generator> {
            const auto examples = seed.derive("memorization");
            const auto map = protocol == Protocol::kMadLab ? Seed{}.derive("memorization") : examples;
            return std::make_unique<Memorization>(values.count("vocabulary"), values.count("length"), map.derive("map"),
                                                  examples);
          },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return values.count("length"); },
          .chance = [](const TaskValues& values) { return 1.0 / static_cast<double>(keys(values)); },
          .oracle =
              [](const TaskValues& values, Protocol protocol) {
                const double shown = values.real("examples") * static_cast<double>(values.count("length") / 2);
                return protocol == Protocol::kMadLab ? 1.0
                                                     : 1 - std::pow(1 - 1.0 / static_cast<double>(keys(values)), shown);
              }};
}

}  // namespace madsearch
