#include "mad_tasks/selective_copying.h"

#include "mad_tasks/checks.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

class SelectiveCopying : public Generator {
 public:
  SelectiveCopying(std::int64_t vocabulary, std::int64_t length, std::int64_t copies, Seed seed)
      : vocabulary_(vocabulary), length_(length), copies_(copies), seed_(seed) {}

  Example make(Split split, std::uint64_t index) const override {
    Rng rng = stream(seed_, split, index);
    const auto copy = static_cast<std::int32_t>(vocabulary_ - 1);
    const std::int32_t blank = copy - 1;
    std::vector<std::int32_t> content;
    for (std::int64_t i = 0; i < copies_; ++i) content.push_back(token(rng, 0, vocabulary_ - 2));
    std::vector<std::size_t> blanks(content.size(), 0);  // in front of each content token
    for (std::int64_t i = 0; i < length_ - 2 * copies_ - 1; ++i) ++blanks[below(rng, blanks.size())];

    Example out;
    for (std::size_t i = 0; i < content.size(); ++i) {
      out.inputs.insert(out.inputs.end(), blanks[i], blank);
      out.inputs.push_back(content[i]);
    }
    out.inputs.push_back(copy);
    out.targets.assign(out.inputs.size(), kIgnore);
    out.inputs.insert(out.inputs.end(), content.size(), blank);
    out.targets.insert(out.targets.end(), content.begin(), content.end());
    return out;
  }

 private:
  std::int64_t vocabulary_, length_, copies_;
  Seed seed_;
};

}  // namespace

Task selective_copying() {
  return {.name = "selective-copying",
          .summary = "copy the content of a sequence in order, without the blanks between",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/selective-copying.yml",
          .recall_or_copying = true,
          .baseline = {{"vocabulary", 16}, {"length", 256}, {"examples", 12800}, {"copies", 16}},
          .axes = {{"vocabulary", {32, 64, 128}},
                   {"length", {512, 1024}},
                   {"examples", {6400, 3200, 1600, 800}},
                   {"copies", {32, 64, 96}}},
          .valid = [](const TaskValues& values) -> std::string {
            const auto why = first_of({at_least(values, "vocabulary", 4), at_least(values, "copies", 1),
                                       at_least(values, "length", 4), at_least(values, "examples", 1)});
            if (!why.empty()) return why;
            return values.count("length") >= 2 * values.count("copies") + 2
                       ? ""
                       : "length must be at least 2 copies + 2: " + values.text();
          },
          .prepare = [](const TaskValues& values, Seed seed, Protocol) -> std::unique_ptr<Generator> {
            return std::make_unique<SelectiveCopying>(values.count("vocabulary"), values.count("length"),
                                                      values.count("copies"), seed.derive("selective-copying"));
          },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return values.count("length"); },
          .chance = [](const TaskValues& values) { return 1.0 / (values.real("vocabulary") - 2); },
          .oracle = [](const TaskValues&, Protocol) { return 1.0; }};
}

}  // namespace madsearch
