#pragma once
#include <string>
#include <vector>

#include "engine/study/fidelity.h"
#include "tools/madsearch/record.h"

namespace madsearch {

/// How well each task of a battery tells some designs apart.
std::vector<Record> task_facts(const Battery& battery, const std::vector<Compared>& designs);

/// The same as a table below its heading; `whose`: "on the judged half".
std::string task_text(const std::vector<Record>& tasks, const std::string& whose);

}  // namespace madsearch
