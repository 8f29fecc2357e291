#include "mad_tasks/compression.h"

#include "mad_tasks/checks.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

class Compression : public Generator {
 public:
  Compression(std::int64_t vocabulary, std::int64_t length, Seed seed)
      : vocabulary_(vocabulary), length_(length), seed_(seed) {}

  Example make(Split split, std::uint64_t index) const override {
    Rng rng = stream(seed_, split, index);
    std::vector<std::int32_t> tokens;
    for (std::int64_t i = 1; i < length_; ++i) tokens.push_back(token(rng, 0, vocabulary_ - 1));
    tokens.push_back(static_cast<std::int32_t>(vocabulary_ - 1));
    return {tokens, tokens};
  }

 private:
  std::int64_t vocabulary_, length_;
  Seed seed_;
};

}  // namespace

Task compression() {
  return {.name = "compression",
          .summary = "give a random sequence back from the state at its end",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/compression.yml",
          .backbone = Backbone::kAutoEncoder,
          .recall_or_copying = false,
          .baseline = {{"vocabulary", 16}, {"length", 32}, {"examples", 12800}},
          .axes = {{"vocabulary", {32, 64, 128}}, {"length", {64, 128, 256}}, {"examples", {6400, 3200, 1600, 800}}},
          .valid =
              [](const TaskValues& values) {
                return first_of({at_least(values, "vocabulary", 3), at_least(values, "length", 2),
                                 at_least(values, "examples", 1)});
              },
          .prepare = [](const TaskValues& values, Seed seed, Protocol) -> std::unique_ptr<Generator> {
            return std::make_unique<Compression>(values.count("vocabulary"), values.count("length"),
                                                 seed.derive("compression"));
          },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return values.count("length"); },
          .chance =
              [](const TaskValues& values) {
                const double length = values.real("length");
                return (1 + (length - 1) / (values.real("vocabulary") - 1)) / length;
              },
          .oracle = [](const TaskValues&, Protocol) { return 1.0; }};
}

}  // namespace madsearch
