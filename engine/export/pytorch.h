#pragma once
#include <map>
#include <string>

#include "engine/export/exported_model.h"

namespace madsearch {

/// A folder with the model in PyTorch, by name of the file: modeling.py with the classes that the design needs,
/// recurrences.py where one of them has a recurrence, config.json and train.py.
std::map<std::string, std::string> pytorch_files(const ExportedModel& model);

}  // namespace madsearch
