#include "engine/dispatch/battery_trainings.h"

namespace madsearch {

Shape shape_of(const Battery& battery) { return {battery.width, battery.longest(), battery.protocol}; }

TrainRequest train_request(const Battery& battery, const BatterySetting& setting, const std::string& design,
                           Seed seed) {
  TrainRequest out;
  out.design = design;
  out.setting = setting;
  out.grid = battery.grid;
  out.extend = battery.extend_grid;
  out.seed = seed.value;
  out.width = battery.width;
  out.protocol = battery.protocol;
  out.norm = battery.norm;
  out.evaluate_every = battery.evaluate_every;
  out.early_stop = battery.early_stop;
  return out;
}

std::optional<double> scored_accuracy(const Battery& battery, const TrainingRecord& training) {
  return battery.protocol == Protocol::kMadLab ? training.test_macro : training.validation_b;
}

}  // namespace madsearch
