#include "engine/dispatch/answer_problem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

namespace madsearch {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TrainReply trained() {
  TrainReply out;
  out.record.task = "compression";
  out.record.validation_a = 0;
  out.record.validation_b = 1;
  out.record.test = 0.5;
  out.record.test_macro = 0.25;
  out.record.test_loss = 3;
  out.record.learning_rate = 1e-3;
  out.record.weight_decay = 0.1;
  out.curves = {{{1e-3, 0}, {{10, 0.5, 2}}}};
  return out;
}

std::string problem(const std::function<void(TrainReply&)>& spoil) {
  TrainRequest request;
  request.setting.setting.task = "compression";
  auto reply = trained();
  spoil(reply);
  return answer_problem(reply, request);
}

TEST(AnswerProblem, IsNoneOfASoundAnswer) {
  EXPECT_EQ(problem([](TrainReply&) {}), "");
  EXPECT_EQ(problem([](TrainReply& reply) {
              reply = {};
              reply.record.task = "compression";
              reply.record.outcome = Outcome::kDiverged;
            }),
            "");
}

TEST(AnswerProblem, NamesTheFieldOfATrainingThatCannotBe) {
  const double wrong[] = {std::nan(""), kInf, -kInf, 1e308, -1e-9, 1.0000001};
  using Record = TrainingRecord;
  const std::pair<const char*, decltype(&Record::test)> shares[] = {{"validation_a", &Record::validation_a},
                                                                    {"validation_b", &Record::validation_b},
                                                                    {"test", &Record::test},
                                                                    {"test_macro", &Record::test_macro}};
  for (const auto& [name, field] : shares)
    for (const auto value : wrong)
      EXPECT_TRUE(problem([&, field = field](TrainReply& reply) {
                    reply.record.*field = value;
                  }).starts_with("its " + std::string(name) + " is "))
          << name << " " << value;
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.test = std::nan(""); }),
            "its test is nan, not a number from 0 to 1");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.test_loss = kInf; }),
            "its test_loss is inf, not a number of 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.learning_rate = -1; }),
            "its learning_rate is -1, not a number of 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.weight_decay = std::nan(""); }),
            "its weight_decay is nan, not a number of 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.core_seconds = -2; }),
            "its core_seconds is -2, not a number of 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.trainings = -1; }), "its trainings is -1, not 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.steps = -1; }), "its steps is -1, not 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.outcome = Outcome::kLost; }),
            "its outcome is lost, not a worker's to say");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.record.task = "dancing"; }),
            "its task is \"dancing\", not \"compression\"");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.distilled.state = -1; }),
            "its state of distilled is -1, not 0 or more");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.distilled.test = 2; }),
            "its test of distilled is 2, not a number from 0 to 1");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves[0].looks[0].accuracy = 2; }),
            "its accuracy of a curve is 2, not a number from 0 to 1");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves[0].looks[0].loss = std::nan(""); }),
            "its loss of a curve is nan, not a finite number");
}

TEST(AnswerProblem, NamesTheFieldOfAFailureToo) {
  EXPECT_EQ(problem([](TrainReply& reply) {
              reply.record.outcome = Outcome::kOutOfMemory;
              reply.record.test = std::nan("");
            }),
            "its test is nan, not a number from 0 to 1");
}

TEST(AnswerProblem, NamesTheFieldOfAPretraining) {
  const auto pretrained = [](const std::function<void(PretrainingRecord&)>& spoil) {
    PretrainReply reply;
    reply.record.bits_per_byte = 1.5;
    reply.record.bits_per_byte_recall = 1;
    spoil(reply.record);
    return answer_problem(reply, PretrainRequest{});
  };
  EXPECT_EQ(pretrained([](PretrainingRecord&) {}), "");
  EXPECT_EQ(pretrained([](PretrainingRecord& record) { record.bits_per_byte = std::nan(""); }),
            "its bits_per_byte is nan, not a number of 0 or more");
  EXPECT_EQ(pretrained([](PretrainingRecord& record) { record.bits_per_byte_recall = -1; }),
            "its bits_per_byte_recall is -1, not a number of 0 or more");
  EXPECT_EQ(pretrained([](PretrainingRecord& record) { record.tokens = -1; }), "its tokens is -1, not 0 or more");
  EXPECT_EQ(pretrained([](PretrainingRecord& record) { record.epochs = kInf; }),
            "its epochs is inf, not a number of 0 or more");
}

TEST(AnswerProblem, NamesTheFieldOfATiming) {
  BenchRequest request{.designs = {"gla", "mamba"}};
  BenchReply reply{.peak_gflops = 1, .rows = {{.design = "gla"}, {.design = "mamba"}}};
  EXPECT_EQ(answer_problem(reply, request), "");
  reply.rows[1].milliseconds = -1;
  EXPECT_EQ(answer_problem(reply, request), "its milliseconds of a row is -1, not a number of 0 or more");
  reply.rows[1].design = "hyena";
  EXPECT_EQ(answer_problem(reply, request), "its design of a row is \"hyena\", not \"mamba\"");
  reply.rows.pop_back();
  EXPECT_EQ(answer_problem(reply, request), "its number of rows is \"1\", not \"2\"");
}

TEST(AnswerProblem, AnExaminationMayFindAnything) {
  ExamineReply reply{.output_error = std::nan(""), .gradient_error = kInf};
  EXPECT_EQ(answer_problem(reply, ExamineRequest{}), "");
  reply.milliseconds = std::nan("");
  EXPECT_EQ(answer_problem(reply, ExamineRequest{}), "its milliseconds is nan, not a number of 0 or more");
}

}  // namespace
}  // namespace madsearch
