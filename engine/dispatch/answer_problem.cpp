#include "engine/dispatch/answer_problem.h"

#include <cmath>
#include <limits>
#include <optional>

#include "configs/text.h"
#include "engine/dispatch/answers.h"

namespace madsearch {
namespace {

constexpr double kAny = std::numeric_limits<double>::infinity();

/// Collects the first thing that is wrong.
class Check {
 public:
  std::string problem;

  /// What a result has to have if `measured`, and may have if not.
  void share(const char* name, std::optional<double> value, bool measured) {
    needed(name, value, measured);
    if (value) number(name, *value, 0, 1, "a number from 0 to 1");
  }
  void amount(const char* name, std::optional<double> value, bool measured) {
    needed(name, value, measured);
    if (value) amount(name, *value);
  }
  void amount(const char* name, double value) { number(name, value, 0, kAny, "a number of 0 or more"); }
  void finite(const char* name, double value) { number(name, value, -kAny, kAny, "a finite number"); }
  void count(const char* name, std::int64_t value) {
    if (value < 0) is(name, std::to_string(value), "0 or more");
  }
  void text(const char* name, const std::string& value, const std::string& expected) {
    if (value != expected) is(name, "\"" + value + "\"", "\"" + expected + "\"");
  }
  void outcome(Outcome value) {
    if (value == Outcome::kLost) is("outcome", "lost", "a worker's to say");
  }

 private:
  void needed(const char* name, std::optional<double> value, bool measured) {
    if (!value && measured) is(name, "absent", "allowed to be so where the outcome is ok");
  }
  void number(const char* name, double value, double least, double most, const char* expected) {
    if (!std::isfinite(value) || value < least || value > most) is(name, shown("%g", value), expected);
  }
  void is(const std::string& name, const std::string& value, const std::string& expected) {
    if (problem.empty()) problem = "its " + name + " is " + value + ", not " + expected;
  }
};

void look_at(Check& check, const TrainReply& reply, const TrainRequest& request) {
  const auto& record = reply.record;
  const bool measured = record.outcome == Outcome::kOk;
  check.outcome(record.outcome);
  check.text("task", record.task, request.setting.setting.task);
  check.share("validation_a", record.validation_a, measured);
  check.share("validation_b", record.validation_b, measured);
  check.share("test", record.test, measured);
  check.share("test_macro", record.test_macro, measured);
  check.amount("test_loss", record.test_loss, measured);
  check.amount("learning_rate", record.learning_rate, false);
  check.amount("weight_decay", record.weight_decay, false);
  check.count("trainings", record.trainings);
  check.count("steps", record.steps);
  check.amount("core_seconds", record.core_seconds);
  check.count("state_exact of distilled", reply.distilled.state_exact);
  check.count("state of distilled", reply.distilled.state);
  check.share("validation_b of distilled", reply.distilled.validation_b, false);
  check.share("test of distilled", reply.distilled.test, false);
  for (const auto& curve : reply.curves) {
    check.amount("learning_rate of a curve", curve.point.learning_rate);
    check.amount("weight_decay of a curve", curve.point.weight_decay);
    for (const auto& look : curve.looks) {
      check.count("step of a curve", look.step);
      check.share("accuracy of a curve", look.accuracy, true);
      check.finite("loss of a curve", look.loss);
    }
  }
}

void look_at(Check& check, const PretrainReply& reply, const PretrainRequest& request) {
  const auto& record = reply.record;
  const bool measured = record.outcome == Outcome::kOk && !request.plan_only;
  check.outcome(record.outcome);
  check.amount("bits_per_byte", record.bits_per_byte, measured);
  check.amount("bits_per_byte_recall", record.bits_per_byte_recall, false);  // of a text that repeats nothing
  check.amount("learning_rate", record.learning_rate, false);
  check.amount("flops", record.flops);
  check.amount("tuning_flops", record.tuning_flops);
  check.amount("epochs", record.epochs);
  check.count("parameters", record.parameters);
  check.count("tokens", record.tokens);
  check.count("width", record.width);
  check.count("length", record.length);
  check.count("state", record.state);
  check.amount("core_seconds", record.core_seconds);
}

void look_at(Check& check, const BenchReply& reply, const BenchRequest& request) {
  check.amount("peak_gflops", reply.peak_gflops);
  if (reply.rows.size() != request.designs.size())
    check.text("number of rows", std::to_string(reply.rows.size()), std::to_string(request.designs.size()));
  for (std::size_t i = 0; i < reply.rows.size() && check.problem.empty(); ++i) {
    const auto& row = reply.rows[i];
    check.text("design of a row", row.design, request.designs[i]);
    check.count("width of a row", row.width);
    check.count("length of a row", row.length);
    check.count("batch of a row", row.batch);
    check.amount("milliseconds of a row", row.milliseconds);
    check.amount("gflops of a row", row.gflops);
    check.amount("share_of_peak of a row", row.share_of_peak);
    check.amount("ratio_to_attention of a row", row.ratio_to_attention);
    check.finite("peak_memory_mib of a row", row.peak_memory_mib);
  }
}

/// Errors of an examination may be anything: that they are is what it is to find.
void look_at(Check& check, const ExamineReply& reply, const ExamineRequest&) {
  check.amount("milliseconds", reply.milliseconds);
  check.amount("recorded_milliseconds", reply.recorded_milliseconds);
}

}  // namespace

std::string answer_problem(const Reply& reply, const Request& request) {
  Check check;
  std::visit(
      [&](const auto& asked) {
        using Answer = typename std::remove_cvref_t<decltype(asked)>::Answer;
        look_at(check, std::get<Answer>(reply), asked);
      },
      request);
  return check.problem;
}

}  // namespace madsearch
