#include "engine/dispatch/answers.h"

namespace madsearch {
namespace {

struct WithoutResult {
  Outcome outcome;
  std::string why;

  Reply operator()(const TrainRequest& request) const {
    TrainReply out;
    out.record.id = request.id;
    out.record.task = request.setting.setting.task;
    out.record.outcome = outcome;
    out.record.message = why;
    return out;
  }
  Reply operator()(const PretrainRequest& request) const {
    PretrainReply out;
    out.id = request.id;
    out.record.text = request.design;
    out.record.outcome = outcome;
    out.record.message = why;
    return out;
  }
  Reply operator()(const BenchRequest& request) const { return ErrorReply{request.id, why}; }
  Reply operator()(const ExamineRequest& request) const { return ErrorReply{request.id, why}; }
};

}  // namespace

bool answers(const Reply& reply, const Request& request) {
  return std::visit(
      [&](const auto& asked) {
        return std::holds_alternative<typename std::remove_cvref_t<decltype(asked)>::Answer>(reply);
      },
      request);
}

void set_provenance(Reply& reply, const Provenance& provenance) {
  if (auto* trained = std::get_if<TrainReply>(&reply)) trained->record.provenance = provenance;
  if (auto* pretrained = std::get_if<PretrainReply>(&reply)) pretrained->record.provenance = provenance;
}

Reply without_result(const Request& request, Outcome outcome, const std::string& why) {
  return std::visit(WithoutResult{outcome, why}, request);
}

}  // namespace madsearch
