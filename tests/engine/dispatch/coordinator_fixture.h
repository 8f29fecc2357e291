#pragma once
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include "configs/errors.h"
#include "engine/dispatch/coordinator.h"
#include "tests/support/folders.h"

namespace madsearch {

inline TrainRequest training(const std::string& id, const std::string& design = "attention swiglu") {
  TrainRequest request;
  request.id = id;
  request.design = design;
  request.width = 16;
  request.grid = {{1e-3, 0}, {2e-3, 0}};
  request.setting.setting = {"selective-copying", {{"vocabulary", 16}, {"length", 32}, {"copies", 4}}, "baseline"};
  request.setting.steps = 10;
  return request;
}

inline PretrainRequest pretraining(const std::string& id, std::int64_t base_width = 0) {
  PretrainRequest request;
  request.id = id;
  request.design = "mamba swiglu";
  request.flops = 1e12;
  request.parameters = 1000;
  request.base_width = base_width;
  request.length = 256;
  request.batch = 8;
  request.learning_rates = {1e-3};
  return request;
}

class CoordinatorTest : public ::testing::Test {
 protected:
  ~CoordinatorTest() override {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a worker is left over";
    EXPECT_EQ(errno, ECHILD);
  }
  WorkerOptions stub(const std::string& behaviour = "") const {
    return command("MADSEARCH_STUB=" + behaviour + " " + in_build("tests/stub_worker"));
  }
  WorkerOptions command(const std::string& text) const {
    WorkerOptions out;
    out.pools[0].command = text;
    out.restart_seconds = 0.01;
    out.longest_restart_seconds = 0.05;
    out.check_seconds = 1;
    out.farewell = {.terminate = 0.1, .kill = 0.2};
    return out;
  }
  /// A worker of so little memory that it refuses every training, and others beside it.
  WorkerOptions small_worker_and(const WorkerOptions& others) const {
    auto out = stub("milliseconds=1,room=8");
    out.pools.push_back(others.pools[0]);
    return out;
  }
  Attempts remembered() {
    return {[this](const std::string& id) { return ++attempts_[id]; },
            [this](const std::string& id) { attempts_.erase(id); }};
  }
  void listen(Coordinator& coordinator) {
    coordinator.on_event = [this](const WorkerEvent& event) {
      events_.push_back(to_text(event));
      last_ = event;
    };
  }
  /// All answers, or what has come after 10 s.
  static std::vector<Reply> all(Coordinator& coordinator) {
    std::vector<Reply> out;
    while (coordinator.waiting() > 0) {
      auto reply = coordinator.wait(10);
      if (!reply) break;
      out.push_back(std::move(*reply));
    }
    return out;
  }
  static const TrainingRecord& record(const Reply& reply) { return std::get<TrainReply>(reply).record; }

  std::map<std::string, int> attempts_;
  std::vector<std::string> events_;
  WorkerEvent last_;
};

inline std::string complaint(Coordinator& coordinator) {
  try {
    coordinator.submit(training("a"));
    coordinator.wait(10);
    return "";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace madsearch
