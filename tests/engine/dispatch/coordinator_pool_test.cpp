// Pools: many requests under way on one connection.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "engine/dispatch/host.h"
#include "engine/version.h"
#include "tests/engine/dispatch/coordinator_fixture.h"

namespace madsearch {
namespace {

class PoolTest : public CoordinatorTest {
 protected:
  WorkerOptions pool(const std::string& behaviour, std::int64_t copies = 1) const {
    auto out = stub(behaviour);
    out.pools[0].name = "far";
    out.pools[0].devices.clear();
    out.pools[0].copies = copies;
    return out;
  }
  static void submit(Coordinator& coordinator, int count) {
    for (int i = 0; i < count; ++i)
      coordinator.submit(training(std::to_string(i), i % 2 ? "mamba swiglu" : "attention swiglu"));
  }
  /// What each request came to: its test's accuracy, or the outcome.
  static std::map<std::string, std::string> results(Coordinator& coordinator) {
    std::map<std::string, std::string> out;
    for (const auto& answer : all(coordinator)) {
      const auto& found = record(answer);
      EXPECT_FALSE(out.contains(found.id)) << found.id << " is answered twice";
      out[found.id] = found.outcome == Outcome::kOk ? std::to_string(found.test.value()) : to_text(found.outcome);
    }
    return out;
  }
  std::map<std::string, std::string> results_here(int count) const {
    Coordinator coordinator(stub("milliseconds=0"));
    submit(coordinator, count);
    return results(coordinator);
  }
  std::ptrdiff_t events_with(const std::string& text) const {
    return std::count_if(events_.begin(), events_.end(),
                         [&](const std::string& event) { return event.find(text) != std::string::npos; });
  }
};

TEST_F(PoolTest, ComputesManyAtOnceOverOneConnection) {
  Coordinator coordinator(pool("slots=8,milliseconds=300"));
  const auto began = std::chrono::steady_clock::now();
  submit(coordinator, 16);
  EXPECT_EQ(results(coordinator), results_here(16));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_LT(took.count(), 2.4) << "half as long as one after the other";
  EXPECT_EQ(coordinator.slots(), 8);
  EXPECT_EQ(coordinator.present(), 8);
  const auto pools = coordinator.pools();
  EXPECT_EQ(pools[0].slots, 8);
  EXPECT_EQ(pools[0].workers, 8);
  EXPECT_EQ(pools[0].requests, 16);
}

TEST_F(PoolTest, CountsACopyThatHasNotComeAsAnother) {
  Coordinator coordinator(pool("slots=8,milliseconds=1", 3));
  submit(coordinator, 1);
  EXPECT_EQ(results(coordinator).size(), 1);
  EXPECT_EQ(coordinator.slots(), 24);
  EXPECT_EQ(coordinator.present(), 8);
}

TEST_F(PoolTest, AnswersTheSameWhateverBefallsItsSlots) {
  auto options = pool("slots=8,changes=60,milliseconds=3,lost=7,late=11,stale=5,duplicate=6");
  options.attempts = 20;
  Coordinator coordinator(options);
  listen(coordinator);
  submit(coordinator, 200);
  EXPECT_EQ(results(coordinator), results_here(200));
  EXPECT_GT(events_with("lost it: its worker died; attempt 1 of 20"), 0);
  EXPECT_GT(events_with(", which it was not asked; ignored"), 0);
  EXPECT_EQ(events_with("ended"), 0) << "one connection for all";
}

TEST_F(PoolTest, TriesAllAgainThatAConnectionWasAt) {
  Coordinator coordinator(pool("slots=8,milliseconds=20,crash=12"), remembered());
  listen(coordinator);
  submit(coordinator, 40);
  EXPECT_EQ(results(coordinator), results_here(40));
  EXPECT_GT(events_with("far on " + host_name() + ") ended: signal 9 (Killed); what it had to do is begun again"), 7);
  EXPECT_EQ(attempts_["0"], 1) << "the end of a pool is none of a request's attempts";
}

TEST_F(PoolTest, AConnectionThatDiesAgainAndAgainIsTheRequestsDoing) {
  auto options = pool("slots=4,milliseconds=1,poison=mamba");
  Coordinator coordinator(options);
  coordinator.submit(training("bad", "mamba swiglu"));
  EXPECT_EQ(results(coordinator)["bad"], "lost");
}

TEST_F(PoolTest, AFailedAnswerEndsNoConnection) {
  auto options = pool("slots=4,milliseconds=1,fail=5,memory=7,error=11,nan=13");
  options.attempts = 20;
  Coordinator coordinator(options);
  listen(coordinator);
  submit(coordinator, 100);
  EXPECT_EQ(results(coordinator), results_here(100));
  EXPECT_GT(events_with("answered failed: the stub was asked to fail; attempt 1 of 20"), 0);
  EXPECT_EQ(events_with("ended"), 0);
}

TEST_F(PoolTest, ALimitBeginsWhenTheRequestDoes) {
  Hello hello{.version = "x", .revision = kRevision, .device = "cpu", .host = "login", .slots = 2};
  const Started started{.host = "node7", .device = "cuda:3 H100", .processor = ""};
  auto options = command("echo '" + to_line(hello) + "'; read ping; read first; sleep 1; echo '" + to_line(started, 1) +
                         "'; while read line; do echo '" + to_line(Pong{}) + "'; done");
  options.pools = {{.name = "far", .command = options.pools[0].command, .devices = {}}};
  options.pools[0].silence_seconds = 2;
  options.attempts = 1;
  Coordinator coordinator(options);
  listen(coordinator);
  auto request = training("a");
  request.seconds_limit = 0.1;  // 2.1 s until it is overdue, after 1 s in which it waits
  coordinator.submit(request);
  EXPECT_FALSE(coordinator.wait(2.6)) << "1 s and 2.1 s are not over";
  EXPECT_TRUE(events_.empty()) << events_[0];
  for (int i = 0; i < 20 && events_.empty(); ++i) coordinator.wait(0.1);
  ASSERT_FALSE(events_.empty());
  EXPECT_EQ(events_[0], "worker 1 (far on node7) was not done long after its time limit; attempt 1 of 1");
}

TEST_F(PoolTest, ForgetsWhatIsCancelled) {
  Coordinator coordinator(pool("slots=2,milliseconds=60000"), remembered());
  submit(coordinator, 3);
  for (int i = 0; i < 100 && coordinator.states().busy < 2; ++i) coordinator.wait(0.05);
  for (const char* id : {"2", "0", "1"}) coordinator.cancel(id);
  EXPECT_EQ(coordinator.waiting(), 0);
  EXPECT_EQ(attempts_, (std::map<std::string, int>{}));
  EXPECT_EQ(coordinator.states().idle, 2);
}

double cpu_seconds() {
  rusage own{};
  getrusage(RUSAGE_THREAD, &own);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(own.ru_utime) + seconds(own.ru_stime);
}

TEST_F(PoolTest, FiveHundredSlotsCostTheCoordinatorLittle) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer takes time and memory of its own";
#endif
  constexpr int kEach = 1500;
  Coordinator coordinator(pool("slots=64,milliseconds=50", 8));
  submit(coordinator, kEach);
  EXPECT_EQ(all(coordinator).size(), kEach);
  EXPECT_EQ(coordinator.present(), 512);
  const auto memory = own_memory().resident_bytes;
  const auto began = cpu_seconds();
  submit(coordinator, kEach);
  EXPECT_EQ(all(coordinator).size(), kEach);
  EXPECT_LT(1e3 * (cpu_seconds() - began) / kEach, 1.5) << "milliseconds a training";
  EXPECT_LT(own_memory().resident_bytes - memory, 4 << 20);
}

TEST_F(PoolTest, AWorkerHasNoSlotsToTellOf) {
  const Hello hello{.version = "x", .revision = kRevision, .device = "cpu"};
  Coordinator coordinator(command("echo '" + to_line(hello) + "'; echo '" + to_line(Slots{8}) + "'; cat >/dev/null"));
  listen(coordinator);
  coordinator.submit(training("a"));
  for (int i = 0; i < 100 && events_.empty(); ++i) coordinator.wait(0.05);
  ASSERT_FALSE(events_.empty());
  EXPECT_TRUE(events_[0].starts_with("worker 1 (cpu) says that it has 8 slots")) << events_[0];
}

}  // namespace
}  // namespace madsearch
