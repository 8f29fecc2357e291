// `madsearch doctor`.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/dispatch/messages.h"
#include "program.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

const std::string kSmall = " --devices cpu --width 16 --length 12 --batch 2 --repeats 1";

TEST(Doctor, ExaminesPrimitivesOnThisMachine) {
  if (!has_worker()) GTEST_SKIP() << "madsearch-worker is not built";
  const auto ran = run_madsearch("doctor --primitives attention,mamba" + kSmall);
  EXPECT_EQ(ran.code, 0) << ran.out << ran.err;
  EXPECT_NE(ran.out.find("worker on cpu starts: madsearch 0."), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("NVIDIA GPU"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("\n  attention  cpu"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("all 2 agree on cpu\n"), std::string::npos) << ran.out;
  const auto json = Json::parse(run_madsearch("doctor --primitives mamba --format json" + kSmall).out);
  EXPECT_EQ(json["problems"], Json::array());
  EXPECT_LT(json["rows"][0]["output_error"], 1e-4);
  EXPECT_EQ(run_madsearch("doctor --primitives mmaba").err, "unknown primitive \"mmaba\"\n  did you mean \"mamba\"?\n");
}

/// What `doctor` says of mamba with a worker that gives this answer.
Ran doctor_on(const ExamineReply& answer) {
  const TemporaryFolder folder;
  const auto worker = folder.path + "/worker.sh";
  write_file(worker, "echo '" + to_line(Hello{.device = "cpu"}) + "'\n" +
                         "while read line; do case $line in *examine*) echo '" + to_line(Reply(answer), 1) +
                         "';; esac; done\n");
  return run_madsearch("doctor --primitives mamba --devices cpu --worker 'sh " + worker + "'");
}

/// What stands below the table.
std::string verdict_in(const std::string& text) {
  const auto row = text.find("\n  mamba ");
  return text.substr(text.find('\n', row + 1) + 1);
}

ExamineReply fine() {
  return {.id = "0", .output_error = 1e-6, .gradient_error = 1e-6, .gradient = "A_log", .milliseconds = 3};
}

/// Any answer will do: which memory a worker has stands above the findings.
TEST(Doctor, SaysWhatEachOfSeveralSlotsOnAGpuMayTake) {
  const TemporaryFolder folder;
  write_file(folder.path + "/nvidia-smi", "#!/bin/sh\necho 'GPU 0: NVIDIA H100'\n");
  std::filesystem::permissions(folder.path + "/nvidia-smi", std::filesystem::perms::owner_all);
  const auto worker = folder.path + "/worker.sh";
  const auto bytes = std::int64_t{80} << 30;
  const Hello hello{.version = "madsearch", .device = "cuda:0 NVIDIA H100", .memory_bytes = bytes, .free_bytes = bytes};
  write_file(worker, "echo '" + to_line(hello) + "'\nwhile read line; do case $line in *examine*) echo '" +
                         to_line(Reply(fine()), 1) + "';; esac; done\n");
  const auto path = "PATH=" + folder.path + ":$PATH ";
  const auto ran = run_program("env -u CUDA_VISIBLE_DEVICES " + path + in_build("madsearch") +
                               " doctor --primitives mamba --devices cuda:0 --worker 'sh " + worker + "'");
  EXPECT_NE(ran.out.find("\nworker on cuda:0 starts: madsearch; cuda:0 NVIDIA H100, 80.0 GiB of memory, 80.0 GiB free; "
                         "each of two slots on it may take 39.5 GiB, of four 19.5 GiB\n"),
            std::string::npos)
      << ran.out << ran.err;
  EXPECT_NE(ran.out.find("\n1 NVIDIA GPU\n  GPU 0: NVIDIA H100\n"), std::string::npos) << ran.out;
}

TEST(Doctor, NamesThePrimitiveThatDisagrees) {
  auto answer = fine();
  answer.gradient_error = 0.25;
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_EQ(verdict_in(ran.out),
            "mamba on cpu: the gradient of A_log differs from float64 by 2.5e-01, at most 0.001 is rounding\n");
}

TEST(Doctor, SaysWhatCudaGraphsSave) {
  auto answer = fine();
  answer.recorded_error = 1e-6;
  answer.recorded_milliseconds = 1.5;
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(
      ran.out.substr(ran.out.find("  primitive ")),
      "  primitive  device   output  gradient  of       ms  as a graph  finding\n"
      "  mamba      cpu     1.0e-06   1.0e-06  A_log  3.00        1.50  fine\n"
      "as CUDA graphs forward and backward take 1/2.0 of that (median of 1); trainings use them, but with `command: "
      "madsearch-worker --no-cuda-graphs` of their pool\n"
      "all 1 agree on cpu\n");
}

TEST(Doctor, ShowsWhatAutocastRounds) {
  auto answer = fine();
  answer.autocast_output_error = 0.01;
  answer.autocast_gradient_error = 0.1;
  answer.autocast_gradient = "A_log";
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(
      ran.out.find("\nbf16: the same differences under autocast, as trainings compute on a GPU; up to 0.03 and 0.2 "
                   "is rounding\n"),
      std::string::npos)
      << ran.out;
  EXPECT_EQ(ran.out.substr(ran.out.find("  primitive ")),
            "  primitive  device   output  gradient  of       ms  bf16 output  gradient  finding\n"
            "  mamba      cpu     1.0e-06   1.0e-06  A_log  3.00      1.0e-02   1.0e-01  fine\n"
            "all 1 agree on cpu\n");
}

TEST(Doctor, NamesThePrimitiveThatDisagreesUnderAutocast) {
  auto answer = fine();
  answer.autocast_output_error = 0.25;
  answer.autocast_gradient = "A_log";
  EXPECT_EQ(verdict_in(doctor_on(answer).out),
            "mamba on cpu: under bf16 autocast its outputs differ from float64 by 2.5e-01, at most 0.03 is rounding\n");
  answer = fine();
  answer.autocast_gradient_error = 0.5;
  answer.autocast_gradient = "A_log";
  EXPECT_EQ(verdict_in(doctor_on(answer).out),
            "mamba on cpu: under bf16 autocast the gradient of A_log differs from float64 by 5.0e-01, at most 0.2 is "
            "rounding\n");
}

TEST(Doctor, NamesThePrimitiveThatDisagreesAsACudaGraph) {
  auto answer = fine();
  answer.recorded_error = 0.5;
  answer.recorded_milliseconds = 1.5;
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(verdict_in(ran.out).find("\nmamba on cpu: replayed as a CUDA graph it differs from float64 by 5.0e-01, at "
                                     "most 0.001 is rounding\n"),
            std::string::npos)
      << ran.out;
}

TEST(Doctor, SaysWhyAPrimitiveIsNotRecorded) {
  auto answer = fine();
  answer.unrecorded = "operation not permitted";
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(verdict_in(ran.out),
            "mamba on cpu cannot be recorded as a CUDA graph, its steps are launched one by one: operation not "
            "permitted\n"
            "all 1 agree on cpu\n");
}

TEST(Doctor, NamesThePrimitiveThatDoesNotRepeatItsBits) {
  auto answer = fine();
  answer.unrepeated = "A_log";
  const auto ran = doctor_on(answer);
  EXPECT_EQ(ran.code, 0);  // rounding is no fault
  EXPECT_EQ(verdict_in(ran.out),
            "1 of 1 give other bits when they are computed again, so the same seed need not give the same digits: "
            "mamba on cpu (A_log)\n"
            "all 1 agree on cpu\n");
}

TEST(Doctor, ReportsAWorkerThatRefuses) {
  const auto ran = run_madsearch("doctor --primitives mamba --devices cpu --worker 'madsearch stub-worker'");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(verdict_in(ran.out),
            "mamba on cpu: failed: worker 1 (cpu) answered with an error: a stub worker answers train, pretrain, bench "
            "and ping; it computes nothing that could be examined\n");
}

TEST(Doctor, ReportsAWorkerThatDies) {
  const auto ran = run_madsearch(
      "doctor --primitives gla,mamba --devices cpu --worker 'MADSEARCH_STUB=poison=gla madsearch stub-worker'");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("gla on cpu: failed: worker 1 (cpu) ended: signal 9 (Killed)\n"), std::string::npos)
      << ran.out;
}

TEST(Doctor, ReportsAWorkerThatDoesNothingRight) {
  const auto ran = run_madsearch(
      "doctor --primitives mamba,gla --devices cpu --worker 'MADSEARCH_STUB=crash=1 madsearch stub-worker'");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("no worker can be used on cpu: 8 attempts in a row have failed"), std::string::npos)
      << ran.out;
}

TEST(Doctor, ReportsAWorkerThatDoesNotStart) {
  const auto ran = run_madsearch("doctor --primitives mamba --devices cpu --worker no-such-worker");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("no worker can be used on cpu: worker 1 (cpu) ended: exit code 127 (command not found)"),
            std::string::npos)
      << ran.out;
}

}  // namespace
}  // namespace madsearch
