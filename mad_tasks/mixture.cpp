#include "mad_tasks/mixture.h"

#include <algorithm>

#include "mad_tasks/checks.h"
#include "mad_tasks/fuzzy_in_context_recall.h"
#include "mad_tasks/in_context_recall.h"
#include "mad_tasks/noisy_in_context_recall.h"
#include "mad_tasks/selective_copying.h"
#include "mad_tasks/stream.h"

namespace madsearch {
namespace {

const std::vector<Task>& parts() {
  static const std::vector<Task> out = {in_context_recall(), fuzzy_in_context_recall(), noisy_in_context_recall(),
                                        selective_copying()};
  return out;
}

std::string prefix(const Task& part) { return part.name + "."; }

/// The values of one part.
TaskValues of(const Task& part, const TaskValues& values) {
  TaskValues out;
  for (const auto& [name, value] : values)
    if (name.starts_with(prefix(part))) out.set(name.substr(prefix(part).size()), value);
  out.set("examples", values.real("examples"));
  return out;
}

std::int64_t shared(const TaskValues& values) {
  std::int64_t out = 0;
  for (const auto& part : parts()) out = std::max(out, part.vocabulary(of(part, values)));
  return out;
}

TaskValues all(TaskValues Task::*which) {
  TaskValues out;
  for (const auto& part : parts())
    for (const auto& [name, value] : part.*which)
      if (name != "examples") out.set(prefix(part) + name, value);
  return out;
}

TaskValues baseline() {
  auto out = all(&Task::baseline);
  out.set("examples", 12800);
  out.set("length", 256);
  return out;
}

class Mixture : public Generator {
 public:
  Mixture(const TaskValues& values, Seed seed, Protocol protocol)
      : shared_(shared(values)), length_(values.count("length")), seed_(seed.derive("mixture")) {
    for (const auto& part : parts()) generators_.push_back(part.prepare(of(part, values), seed, protocol));
  }
  Example make(Split split, std::uint64_t index) const override {
    auto rng = stream(seed_, split, index);
    const auto which = below(rng, generators_.size());
    const auto made = generators_[which]->make(split, index);
    Example out;
    out.inputs.push_back(static_cast<std::int32_t>(shared_ + static_cast<std::int64_t>(which)));
    out.targets.push_back(kIgnore);
    out.inputs.insert(out.inputs.end(), made.inputs.begin(), made.inputs.end());
    out.targets.insert(out.targets.end(), made.targets.begin(), made.targets.end());
    const auto padding = static_cast<std::int32_t>(shared_ + static_cast<std::int64_t>(generators_.size()));
    out.inputs.resize(static_cast<std::size_t>(length_) + 1, padding);
    out.targets.resize(static_cast<std::size_t>(length_) + 1, kIgnore);
    return out;
  }

 private:
  std::int64_t shared_, length_;
  Seed seed_;
  std::vector<std::unique_ptr<Generator>> generators_;
};

/// The mean of a part's number, weighted by how many positions are scored.
template <class Get>
double mean(const TaskValues& values, Get get) {
  double sum = 0;
  double scored = 0;
  for (const auto& part : parts()) {
    const auto own = of(part, values);
    const auto generator = part.prepare(own, Seed{1}, Protocol::kMadsearch);
    double count = 0;
    for (std::uint64_t i = 0; i < 500; ++i)
      for (const auto target : generator->make(Split::kTest, i).targets) count += target != kIgnore ? 1 : 0;
    sum += count * get(part, own);
    scored += count;
  }
  return sum / scored;
}

std::string valid(const TaskValues& values) {
  for (const auto& part : parts()) {
    if (const auto why = part.valid(of(part, values)); !why.empty()) return part.name + ": " + why;
    if (part.input_length(of(part, values)) > values.count("length"))
      return "length must be at least that of " + part.name + ": " + values.text();
  }
  return at_least(values, "examples", 1);
}

}  // namespace

Task mixture() {
  return {
      .name = "mixture",
      .summary = "recalls and copying in one training, told apart by a token",
      .source = "the tasks it is made of",
      .recall_or_copying = true,
      .baseline = baseline(),
      .added = all(&Task::added),
      .valid = valid,
      .prepare = [](const TaskValues& values, Seed seed, Protocol protocol) -> std::unique_ptr<Generator> {
        return std::make_unique<Mixture>(values, seed, protocol);
      },
      .vocabulary =
          [](const TaskValues& values) { return shared(values) + 1 + static_cast<std::int64_t>(parts().size()); },
      .input_length = [](const TaskValues& values) { return values.count("length") + 1; },
      .chance =
          [](const TaskValues& values) { return mean(values, [](auto& part, auto& own) { return part.chance(own); }); },
      .oracle =
          [](const TaskValues& values, Protocol protocol) {
            return mean(values, [&](auto& part, auto& own) { return part.oracle(own, protocol); });
          }};
}

}  // namespace madsearch
