#include "mad_tasks/in_context_recall.h"

#include "mad_tasks/recall.h"

namespace madsearch {

Task in_context_recall() {
  return {.name = "in-context-recall",
          .summary = "recall the value that a key had earlier in the sequence",
          .source = "arXiv:2403.17844; mad-lab configs/tasks/in-context-recall.yml",
          .recall_or_copying = true,
          .baseline = {{"vocabulary", 16}, {"length", 128}, {"examples", 12800}, {"multi_query", 1}},
          .added = recall_added(),
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
