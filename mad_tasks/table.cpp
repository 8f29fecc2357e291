#include "mad_tasks/table.h"

#include "mad_tasks/compression.h"
#include "mad_tasks/fuzzy_in_context_recall.h"
#include "mad_tasks/in_context_recall.h"
#include "mad_tasks/memorization.h"
#include "mad_tasks/noisy_in_context_recall.h"
#include "mad_tasks/selective_copying.h"

namespace madsearch {

const std::vector<Task>& tasks() {
  static const std::vector<Task> table = {
      in_context_recall(), fuzzy_in_context_recall(), noisy_in_context_recall(), selective_copying(), compression(),
      memorization(),
  };
  return table;
}

const Task* find_task(const std::string& name) {
  for (const auto& task : tasks())
    if (task.name == name) return &task;
  return nullptr;
}

}  // namespace madsearch
