#include "engine/dispatch/answer_problem.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "engine/stub/made_up_records.h"

namespace madsearch {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TrainRequest training() {
  TrainRequest out;
  out.setting.setting.task = "compression";
  out.setting.steps = 10;
  out.grid = {{1e-3, 0.1}, {2e-3, 0}};
  return out;
}

TrainReply trained() {
  TrainReply out;
  out.record.task = "compression";
  out.record.validation_a = 0.5;
  out.record.validation_b = 1;
  out.record.test = 0.5;
  out.record.test_macro = 0.25;
  out.record.test_loss = 3;
  out.record.learning_rate = 1e-3;
  out.record.weight_decay = 0.1;
  out.record.edge = true;
  out.record.trainings = 2;
  out.record.steps = 20;
  out.curves = {{{1e-3, 0.1}, {{10, 0.5, 2}}}, {{2e-3, 0}, {{10, 0.25, 2}}}};
  return out;
}

std::string problem(const std::function<void(TrainReply&)>& spoil) {
  auto reply = trained();
  spoil(reply);
  return answer_problem(reply, training());
}

/// The same of the record alone.
std::string recorded(const std::function<void(TrainingRecord&)>& spoil) {
  return problem([&](TrainReply& reply) { spoil(reply.record); });
}

void fail(TrainReply& reply, Outcome outcome) {
  reply = {};
  reply.record.task = "compression";
  reply.record.outcome = outcome;
}

TEST(AnswerProblem, IsNoneOfASoundAnswer) {
  EXPECT_EQ(problem([](TrainReply&) {}), "");
  EXPECT_EQ(problem([](TrainReply& reply) { fail(reply, Outcome::kDiverged); }), "");
  EXPECT_EQ(problem([](TrainReply& reply) {  // one was tried beyond the edge, and is the best
              reply.record.learning_rate = 0.5e-3;
              reply.record.trainings = 3;
              reply.curves.push_back({{0.5e-3, 0.1}, {{10, 0.5, 2}}});
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
      EXPECT_TRUE(recorded([&, field = field](Record& record) {
                    record.*field = value;
                  }).starts_with("its " + std::string(name) + " is "))
          << name << " " << value;
  EXPECT_EQ(recorded([](Record& record) { record.test = std::nan(""); }), "its test is nan, not a number from 0 to 1");
  EXPECT_EQ(recorded([](Record& record) { record.test.reset(); }),
            "its test is absent, not allowed to be so where the outcome is ok");
  EXPECT_EQ(recorded([](Record& record) { record.test_loss = 1e308; }),
            "its test_loss is 1e+308, not a number from 0 to 1e+38");
  EXPECT_EQ(recorded([](Record& record) { record.learning_rate = 77; }),
            "its learning_rate is 77, not one of 0.0005, 0.001, 0.002, 0.004");
  EXPECT_EQ(recorded([](Record& record) { record.weight_decay = std::nan(""); }),
            "its weight_decay is nan, not one of 0, 0.1");
  EXPECT_EQ(recorded([](Record& record) { record.edge = false; }),
            "its edge is false, not what its learning rate is among those tried");
  EXPECT_EQ(recorded([](Record& record) { record.core_seconds = -2; }),
            "its core_seconds is -2, not a number from 0 to 1e+10");
  EXPECT_EQ(recorded([](Record& record) { record.core_seconds = 1e308; }),
            "its core_seconds is 1e+308, not a number from 0 to 1e+10");
  EXPECT_EQ(recorded([](Record& record) { record.trainings = 99; }), "its trainings is 99, not from 0 to 3");
  EXPECT_EQ(recorded([](Record& record) { record.steps = 1'000'000'000'000; }),
            "its steps is 1000000000000, not from 0 to 30");
  EXPECT_EQ(recorded([](Record& record) { record.steps = -1; }), "its steps is -1, not from 0 to 30");
  EXPECT_EQ(recorded([](Record& record) { record.outcome = Outcome::kLost; }),
            "its outcome is lost, not a worker's to say");
  EXPECT_EQ(recorded([](Record& record) { record.task = "dancing"; }), "its task is \"dancing\", not \"compression\"");
}

TEST(AnswerProblem, NamesWhatIsWrongWithCurvesAndDistillation) {
  EXPECT_EQ(problem([](TrainReply& reply) { reply.distilled.state = -1; }),
            "its state of distilled is -1, not from 0 to 1000000000000000");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.distilled.test = 2; }),
            "its test of distilled is 2, not a number from 0 to 1");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves[0].looks[0].accuracy = 2; }),
            "curve 1 has an accuracy that is no share of 1");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves[0].looks[0].loss = 1e308; }),
            "curve 1 has a loss that is no number");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves[1].looks[0].step = 11; }),
            "curve 2 has a look at step 11 of 10 after one at step 0");
  EXPECT_EQ(problem([](TrainReply& reply) { reply.curves.clear(); }), "0 curves of 2 trainings");
}

TEST(AnswerProblem, AFailureHasMeasuredNothing) {
  EXPECT_EQ(problem([](TrainReply& reply) {
              fail(reply, Outcome::kDiverged);
              reply.record.validation_b = 0.5;
            }),
            "its validation_b is 0.5, not absent, though nothing was measured");
}

TEST(AnswerProblem, NamesTheFieldOfAPretraining) {
  PretrainRequest request;
  request.design = "mamba swiglu";
  request.flops = 1e9;
  request.parameters = 5000;
  request.base_width = 32;
  request.length = 256;
  request.batch = 8;
  request.learning_rates = {1e-3, 3e-3};
  const auto pretrained = [&](const std::function<void(PretrainingRecord&)>& spoil) {
    PretrainReply reply{.record = made_up(request)};
    spoil(reply.record);
    return answer_problem(reply, request);
  };
  using Record = PretrainingRecord;
  EXPECT_EQ(pretrained([](Record&) {}), "");
  EXPECT_EQ(pretrained([](Record& record) { record.learning_rate = 0.027; }), "") << "tuned beyond the edge, twice";
  EXPECT_EQ(pretrained([&](Record& record) {
              record = {};
              record.text = request.design;
              record.outcome = Outcome::kFailed;
            }),
            "");
  PretrainReply refused{.record = made_up(request), .refused = true};
  EXPECT_EQ(answer_problem(refused, request), "its outcome is ok, not what can be refused for want of memory");
  refused = {.record = made_up(request), .memory_bytes = -1};
  EXPECT_EQ(answer_problem(refused, request), "its memory_bytes is -1, not from 0 to 1000000000000000");
  EXPECT_EQ(pretrained([](Record& record) { record.bits_per_byte = 0; }),
            "its bits_per_byte is 0, not a number from 1e-09 to 1e+06");
  EXPECT_EQ(pretrained([](Record& record) { record.bits_per_byte = 1e308; }),
            "its bits_per_byte is 1e+308, not a number from 1e-09 to 1e+06");
  EXPECT_EQ(pretrained([](Record& record) { record.bits_per_byte_recall = -1; }),
            "its bits_per_byte_recall is -1, not a number from 0 to 1e+06");
  EXPECT_EQ(pretrained([](Record& record) { record.learning_rate = 1e308; }),
            "its learning_rate is 1e+308, not one of 0.000111111, 0.000333333, 0.001, 0.003, 0.009, 0.027");
  EXPECT_EQ(pretrained([](Record& record) { record.tokens = -2048; }), "its tokens is -2048, not from 0 to 1000000001");
  EXPECT_EQ(pretrained([](Record& record) { record.tokens = 7; }),
            "its tokens is 7, not a multiple of the 2048 of a step");
  EXPECT_EQ(pretrained([](Record& record) { record.flops *= 4; }),
            "its flops is 4e+09, not a number from 9e+08 to 1e+09");
  EXPECT_EQ(pretrained([](Record& record) { record.tuning_flops = 1e9; }),
            "its tuning_flops is 1e+09, not a number from 0 to 4e+08");
  EXPECT_EQ(pretrained([](Record& record) { record.epochs = kInf; }), "its epochs is inf, not a number from 0 to 4");
  EXPECT_EQ(pretrained([](Record& record) { record.length = 7; }), "its length is 7, not 256");
  const auto width = std::to_string(made_up(request).width);
  EXPECT_EQ(pretrained([](Record& record) { record.width = 99; }), "its width is 99, not " + width);
  EXPECT_EQ(pretrained([](Record& record) { record.width = 0; }), "its width is 0, not " + width);
  EXPECT_EQ(pretrained([](Record& record) { record.state = 5; }),
            "its state is 5, not " + std::to_string(made_up(request).state));
}

TEST(AnswerProblem, NamesTheFieldOfATiming) {
  BenchRequest request{.designs = {"gla", "mamba"}};
  BenchReply reply{.peak_gflops = 1, .rows = {{.design = "gla"}, {.design = "mamba"}}};
  EXPECT_EQ(answer_problem(reply, request), "");
  reply.rows[1].milliseconds = -1;
  EXPECT_EQ(answer_problem(reply, request), "its milliseconds of a row is -1, not a number from 0 to 1e+15");
  reply.rows[1].design = "hyena";
  EXPECT_EQ(answer_problem(reply, request), "its design of a row is \"hyena\", not \"mamba\"");
  reply.rows.pop_back();
  EXPECT_EQ(answer_problem(reply, request), "its number of rows is \"1\", not \"2\"");
}

TEST(AnswerProblem, AnExaminationMayFindAnything) {
  ExamineReply reply{.output_error = std::nan(""), .gradient_error = kInf};
  EXPECT_EQ(answer_problem(reply, ExamineRequest{}), "");
  reply.milliseconds = std::nan("");
  EXPECT_EQ(answer_problem(reply, ExamineRequest{}), "its milliseconds is nan, not a number from 0 to 1e+15");
}

}  // namespace
}  // namespace madsearch
