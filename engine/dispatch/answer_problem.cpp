#include "engine/dispatch/answer_problem.h"

#include <vector>

#include "engine/dispatch/curve_check.h"
#include "engine/dispatch/field_check.h"
#include "engine/dispatch/record_problems.h"

namespace madsearch {
namespace {

void add(FieldCheck& check, const std::vector<std::string>& problems) {
  check.problems.insert(check.problems.end(), problems.begin(), problems.end());
}

void look_at(FieldCheck& check, Outcome outcome) {
  if (outcome == Outcome::kLost) check.is("outcome", "lost", "a worker's to say");
}

template <class Reply>
void look_at_refusal(FieldCheck& check, const Reply& reply) {
  if (reply.refused && reply.record.outcome != Outcome::kOutOfMemory)
    check.is("outcome", to_text(reply.record.outcome), "what can be refused for want of memory");
}

void look_at(FieldCheck& check, const TrainReply& reply, const TrainRequest& request) {
  look_at(check, reply.record.outcome);
  add(check, problems_of(reply.record, request));
  add(check, problems_of_curves(reply.curves, reply.record, request));
  check.count("state_exact of distilled", reply.distilled.state_exact, kMostState);
  check.count("state of distilled", reply.distilled.state, kMostState);
  check.share("validation_b of distilled", reply.distilled.validation_b);
  check.share("test of distilled", reply.distilled.test);
  look_at_refusal(check, reply);
}

void look_at(FieldCheck& check, const PretrainReply& reply, const PretrainRequest& request) {
  look_at(check, reply.record.outcome);
  add(check, problems_of(reply.record, request));
  const bool scored = request.both_halves && !request.plan_only && reply.record.outcome == Outcome::kOk;
  check.measured("selection_bits_per_byte", reply.selection_bits_per_byte, scored, 1e-9, kMostBits);
  if (reply.selection_bits_per_byte_recall)  // none of a text that repeats nothing
    check.measured("selection_bits_per_byte_recall", reply.selection_bits_per_byte_recall, scored, 0, kMostBits);
  check.count("memory_bytes", reply.memory_bytes, kMostMemory);
  look_at_refusal(check, reply);
}

void look_at(FieldCheck& check, const BenchReply& reply, const BenchRequest& request) {
  const auto amount = [&](const char* name, double value) { check.number(name, value, 0, kMostOfATiming); };
  amount("peak_gflops", reply.peak_gflops);
  if (reply.rows.size() != request.designs.size())
    check.text("number of rows", std::to_string(reply.rows.size()), std::to_string(request.designs.size()));
  for (std::size_t i = 0; i < reply.rows.size() && check.problems.empty(); ++i) {
    const auto& row = reply.rows[i];
    check.text("design of a row", row.design, request.designs[i]);
    check.equal("width of a row", row.width, request.width);
    check.equal("length of a row", row.length, request.length);
    check.equal("batch of a row", row.batch, request.batch);
    amount("milliseconds of a row", row.milliseconds);
    amount("gflops of a row", row.gflops);
    amount("share_of_peak of a row", row.share_of_peak);
    amount("ratio_to_attention of a row", row.ratio_to_attention);
    check.number("peak_memory_mib of a row", row.peak_memory_mib, -kMostOfATiming, kMostOfATiming);
    check.number("predicted_mib of a row", row.predicted_mib, -kMostOfATiming, kMostOfATiming);
  }
}

/// Errors of an examination may be anything: that they are is what it is to find.
void look_at(FieldCheck& check, const ExamineReply& reply, const ExamineRequest&) {
  check.number("milliseconds", reply.milliseconds, 0, kMostOfATiming);
  check.number("recorded_milliseconds", reply.recorded_milliseconds, 0, kMostOfATiming);
}

}  // namespace

std::string answer_problem(const Reply& reply, const Request& request) {
  FieldCheck check;
  std::visit(
      [&](const auto& asked) {
        using Answer = typename std::remove_cvref_t<decltype(asked)>::Answer;
        look_at(check, std::get<Answer>(reply), asked);
      },
      request);
  return check.problems.empty() ? "" : check.problems.front();
}

}  // namespace madsearch
