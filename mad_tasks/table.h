#pragma once
#include <string>
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

/// The tasks, in the order of the paper (Poli et al. 2024, arXiv:2403.17844).
const std::vector<Task>& tasks();

/// The task of this name, nullptr if there is none.
const Task* find_task(const std::string& name);

}  // namespace madsearch
