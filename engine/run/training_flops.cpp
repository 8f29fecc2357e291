#include "engine/run/training_flops.h"

#include "mad_tasks/table.h"
#include "search/architecture/cost.h"

namespace madsearch {

double training_flops(const TrainRequest& request, const Genome& sized) {
  const auto& setting = request.setting;
  const auto length = find_task(setting.setting.task)->input_length(setting.setting.values);
  const auto forward = cost(sized, Shape{request.width, length, request.protocol}).flops;
  return static_cast<double>(forward) * static_cast<double>(setting.steps) * static_cast<double>(setting.batch) *
         static_cast<double>(request.grid.size());
}

}  // namespace madsearch
