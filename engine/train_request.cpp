#include "engine/train_request.h"

namespace madsearch {

TrainRequest train_request(const Battery& battery, const BatterySetting& setting, const std::string& design, Seed seed) {
  TrainRequest out;
  out.design = design;
  out.setting = setting;
  out.grid = battery.grid;
  out.seed = seed.value;
  out.width = battery.width;
  out.protocol = battery.protocol;
  out.norm = battery.norm;
  out.evaluate_every = battery.evaluate_every;
  out.early_stop = battery.early_stop;
  return out;
}

}  // namespace madsearch
