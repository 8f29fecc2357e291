#pragma once
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

/// The six tasks of the battery, in the paper's order.
const std::vector<Task>& tasks();
const Task* find_task(const std::string& name);  // nullptr if there is none

}  // namespace madsearch
