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

struct Subject {
  std::string operator()(const TrainRequest& request) const { return request.design; }
  std::string operator()(const PretrainRequest& request) const { return request.design; }
  std::string operator()(const BenchRequest&) const { return ""; }
  std::string operator()(const ExamineRequest& request) const { return request.primitive; }
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

std::string subject_of(const Request& request) { return std::visit(Subject{}, request); }

Outcome outcome_of(const Reply& reply) {
  if (const auto* trained = std::get_if<TrainReply>(&reply)) return trained->record.outcome;
  if (const auto* pretrained = std::get_if<PretrainReply>(&reply)) return pretrained->record.outcome;
  return std::holds_alternative<ErrorReply>(reply) ? Outcome::kFailed : Outcome::kOk;
}

bool is_refused(const Reply& reply) {
  const auto* trained = std::get_if<TrainReply>(&reply);
  const auto* pretrained = std::get_if<PretrainReply>(&reply);
  return (trained && trained->refused) || (pretrained && pretrained->refused);
}

std::string message_of(const Reply& reply) {
  if (const auto* trained = std::get_if<TrainReply>(&reply)) return trained->record.message;
  if (const auto* pretrained = std::get_if<PretrainReply>(&reply)) return pretrained->record.message;
  const auto* error = std::get_if<ErrorReply>(&reply);
  return error ? error->error : "";
}

void set_message(Reply& reply, const std::string& message) {
  if (auto* trained = std::get_if<TrainReply>(&reply)) trained->record.message = message;
  if (auto* pretrained = std::get_if<PretrainReply>(&reply)) pretrained->record.message = message;
  if (auto* error = std::get_if<ErrorReply>(&reply)) error->error = message;
}

Reply without_result(const Request& request, Outcome outcome, const std::string& why) {
  return std::visit(WithoutResult{outcome, why}, request);
}

}  // namespace madsearch
