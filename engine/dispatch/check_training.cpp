#include "engine/dispatch/check_training.h"

#include "mad_tasks/table.h"

namespace madsearch {

TrainRequest check_training() {
  const auto* task = find_task("selective-copying");
  TrainRequest out;
  out.id = "check";
  out.design = "identity";  // embedding, norm and unembedding are trained, and no primitive that may be at fault
  out.setting.setting = {task->name, task->baseline, "baseline"};
  out.setting.setting.values.set("length", 32);
  out.setting.setting.values.set("copies", 4);
  out.setting.steps = 1;
  out.setting.batch = 2;
  out.setting.train_examples = 2;
  out.setting.evaluation_examples = 2;
  out.grid = {{1e-3, 0}};
  out.width = 32;
  return out;
}

}  // namespace madsearch
