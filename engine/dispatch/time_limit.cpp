#include "engine/dispatch/time_limit.h"

namespace madsearch {
namespace {

constexpr double kExamination = 60;  // a kernel that hangs is to cost its primitive only
constexpr double kTimedDesign = 600;

struct Limit {
  double cost;
  const HangGuard& guard;

  double operator()(const TrainRequest& request) const {
    if (request.seconds_limit > 0) return request.seconds_limit;
    return cost > 0 ? guard.limit(cost) : 0;
  }
  double operator()(const PretrainRequest& request) const {
    const auto trials = request.setup.tuning * static_cast<double>(request.learning_rates.size());
    return guard.limit(request.flops / 3 * (1 + trials));  // a third of training is forward
  }
  double operator()(const BenchRequest& request) const {
    return kTimedDesign * static_cast<double>(1 + request.designs.size());  // and what they are compared with
  }
  double operator()(const ExamineRequest&) const { return kExamination; }
};

}  // namespace

double time_limit(const Request& request, double cost, const HangGuard& guard) {
  return std::visit(Limit{cost, guard}, request);
}

}  // namespace madsearch
