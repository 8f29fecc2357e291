#include "engine/worker/task_data.h"

#include <stdexcept>

#include "mad_tasks/table.h"

namespace madsearch {
namespace {

const Task& checked_task(const TrainRequest& request) {
  const auto& setting = request.setting;
  const auto& name = setting.setting.task;
  const auto* task = find_task(name);
  if (!task) throw std::invalid_argument("unknown task \"" + name + "\"");
  if (const auto why = task->valid(setting.setting.values); !why.empty())
    throw std::invalid_argument(name + ": " + why);
  if (request.grid.empty() || setting.steps < 1 || setting.batch < 1)
    throw std::invalid_argument("a training needs a grid, steps and a batch");
  return *task;
}

}  // namespace

TaskData::TaskData(const TrainRequest& request, int threads)
    : request_(request),
      threads_(threads),
      task_(checked_task(request)),
      seed_(Seed{request.seed}.derive(request.setting.setting.task)),
      chance_(task_.chance(request.setting.setting.values)),
      oracle_(task_.oracle(request.setting.setting.values, request.protocol)),
      generator_(task_.prepare(request.setting.setting.values, seed_.derive("data"), request.protocol)),
      training_(*generator_, Split::kTrain, request.setting.train_examples, threads),
      validation_(held_out(request.protocol == Protocol::kMadLab ? Split::kTest : Split::kValidationA)) {}

Examples TaskData::held_out(Split split) const {
  return Examples(*generator_, split, request_.setting.evaluation_examples, threads_);
}

}  // namespace madsearch
