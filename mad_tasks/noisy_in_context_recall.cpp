#include "mad_tasks/noisy_in_context_recall.h"

#include "mad_tasks/checks.h"
#include "mad_tasks/recall.h"

namespace madsearch {

Task noisy_in_context_recall() {
  return {.name = "noisy-in-context-recall",
          .summary = "recall the value that a key had earlier in the sequence, between pairs of noise",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/noisy-in-context-recall.yml",
          .recall_or_copying = true,
          .baseline = {{"vocabulary", 32},
                       {"length", 128},
                       {"examples", 12800},
                       {"multi_query", 1},
                       {"noise_vocabulary", 16},
                       {"noise_fraction", 0.2}},
          .added = recall_added(),
          .axes = {{"vocabulary", {48, 80, 144}},
                   {"length", {256, 512, 1024}},
                   {"examples", {6400, 3200, 1600, 800}},
                   {"noise_fraction", {0.4, 0.6, 0.8}}},
          .valid = [](const TaskValues& values) -> std::string {
            if (const auto why = at_least(values, "noise_vocabulary", 1); !why.empty()) return why;
            const double noise = values.real("noise_fraction");
            if (!(noise >= 0 && noise <= 1)) return "noise_fraction must be from 0 to 1: " + values.text();
            return recall_valid(values);
          },
          .prepare =
              [](const TaskValues& values, Seed seed, Protocol) {
                return recall_generator(recall_sizes(values), seed.derive("noisy-in-context-recall"));
              },
          .vocabulary = [](const TaskValues& values) { return values.count("vocabulary"); },
          .input_length = [](const TaskValues& values) { return recall_sizes(values).input_length(); },
          .chance = [](const TaskValues& values) { return 1.0 / static_cast<double>(recall_sizes(values).values()); },
          .oracle = [](const TaskValues&, Protocol) { return 1.0; }};
}

}  // namespace madsearch
