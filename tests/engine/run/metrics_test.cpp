#include "engine/run/metrics.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <list>
#include <regex>
#include <set>
#include <sstream>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// A socket that listens at a port of 127.0.0.1 that was free.
class Listener {
 public:
  Listener() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 1);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~Listener() { close(socket_); }
  int port() const { return port_; }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM, 0), port_ = 0;
};

/// A connection to a port of 127.0.0.1.
class Client {
 public:
  explicit Client(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  Client(const Client&) = delete;
  ~Client() { close(socket_); }

  std::string get(const std::string& path) {
    std::string out;
    const auto request = "GET " + path + " HTTP/1.0\r\n\r\n";
    char buffer[4096];
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) > 0)
      for (ssize_t n; (n = recv(socket_, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<size_t>(n));
    return out;
  }

 private:
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
};

void expect_line(const std::string& text, const std::string& line) {
  EXPECT_NE(("\n" + text).find("\n" + line + "\n"), std::string::npos) << line << "\nis not in\n" << text;
}

TEST(Metrics, CountWhatHappens) {
  Metrics metrics(0);
  metrics.evaluation({.rung = Rung::kProbe, .core_seconds = 2});
  metrics.evaluation({.rung = Rung::kProbe, .core_seconds = 20});
  metrics.evaluation({.rung = Rung::kBattery, .outcome = Outcome::kLost});
  TrainingRecord record;
  record.task = "compression", record.core_seconds = 2;
  metrics.training(record);
  metrics.trainings("compression", Outcome::kOk, 4);
  metrics.front(7, 0.25);
  metrics.workers(4, 12, 0.5);
  metrics.slots({.busy = 1, .idle = 2, .starting = 3, .down = 4});
  metrics.folder(5e9);
  metrics.pretraining(Outcome::kDiverged);
  metrics.worker_died();
  const auto text = metrics.text();
  expect_line(text, R"(madsearch_evaluations_total{outcome="ok",rung="probe"} 2)");
  expect_line(text, R"(madsearch_evaluations_total{outcome="lost",rung="battery"} 1)");
  expect_line(text, R"(madsearch_evaluation_core_seconds_count{rung="probe"} 2)");
  expect_line(text, R"(madsearch_evaluation_core_seconds_bucket{rung="probe",le="3"} 1)");
  expect_line(text, R"(madsearch_slots{state="busy"} 1)");
  expect_line(text, R"(madsearch_slots{state="idle"} 2)");
  expect_line(text, R"(madsearch_slots{state="starting"} 3)");
  expect_line(text, R"(madsearch_slots{state="down"} 4)");
  expect_line(text, "madsearch_folder_free_bytes 5000000000");
  expect_line(text, R"(madsearch_pretrainings_total{outcome="diverged"} 1)");
  expect_line(text, R"(madsearch_trainings_total{outcome="ok",task="compression"} 5)");
  expect_line(text, R"(madsearch_training_core_seconds_sum{task="compression"} 2)");
  expect_line(text, R"(madsearch_training_core_seconds_bucket{task="compression",le="1"} 0)");
  expect_line(text, R"(madsearch_training_core_seconds_bucket{task="compression",le="3"} 1)");
  expect_line(text, "madsearch_front_size 7");
  expect_line(text, "madsearch_hypervolume 0.25");
  expect_line(text, "madsearch_workers 4");
  expect_line(text, "madsearch_queue 12");
  expect_line(text, "madsearch_slots_busy_share 0.5");
  expect_line(text, "madsearch_worker_deaths_total 1");
  EXPECT_EQ(metrics.port(), 0);
}

/// The names of all that is shown a value of.
std::set<std::string> shown_by(const Metrics& metrics) {
  std::set<std::string> out;
  std::istringstream lines(metrics.text());
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with('#')) out.insert(line.substr(0, line.find_first_of("{ ")));
  return out;
}

TEST(Metrics, AreAbsentUntilMeasured) {
  Metrics metrics(0);
  std::set<std::string> wanted = {"madsearch_worker_deaths_total"};  // none is a number, too
  EXPECT_EQ(shown_by(metrics), wanted);
  metrics.front(0, 0);
  wanted.insert("madsearch_front_size");
  EXPECT_EQ(shown_by(metrics), wanted);
  metrics.workers(0, 0, 0);
  wanted.insert({"madsearch_workers", "madsearch_queue", "madsearch_slots_busy_share"});
  EXPECT_EQ(shown_by(metrics), wanted);
  metrics.front(1, 0.5);
  wanted.insert("madsearch_hypervolume");
  EXPECT_EQ(shown_by(metrics), wanted);
  metrics.front(0, 0);  // its only member failed on another seed
  wanted.erase("madsearch_hypervolume");
  EXPECT_EQ(shown_by(metrics), wanted);
  metrics.front(2, 0.25);
  expect_line(metrics.text(), "madsearch_hypervolume 0.25");
}

/// "madsearch_slots{state}" of each: names with their labels, as docs/metrics.md writes them.
std::set<std::string> all_that_is_shown() {
  Metrics metrics(0);
  metrics.evaluation({});
  metrics.training({.task = "compression"});
  metrics.pretraining(Outcome::kOk);
  metrics.front(1, 0.5);
  metrics.workers(1, 1, 1);
  metrics.slots({});
  metrics.pools({{.name = "far", .losses = {{"node7", 1}}}});
  metrics.folder(1);
  std::set<std::string> out;
  std::istringstream lines(std::regex_replace(metrics.text(), std::regex(R"re(="[^"]*")re"), ""));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    line = std::regex_replace(line.substr(0, line.rfind(' ')), std::regex(",le"), "");
    out.insert(
        std::regex_replace(std::regex_replace(line, std::regex(","), ", "), std::regex("_(bucket|count|sum)"), ""));
  }
  return out;
}

/// What `pattern` captures in a file of docs.
std::set<std::string> captured(const std::string& file, const std::string& pattern) {
  std::ifstream in(in_source("docs/" + file));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::regex wanted(pattern);
  std::set<std::string> out;
  for (std::sregex_iterator it(text.begin(), text.end(), wanted); it != std::sregex_iterator(); ++it)
    out.insert((*it)[1]);
  return out;
}

TEST(Metrics, AreThoseOfThePage) {
  EXPECT_EQ(captured("metrics.md", R"(\n\| `(madsearch_[^`]*)`)"), all_that_is_shown());
  std::set<std::string> names;
  for (const auto& shown : all_that_is_shown()) names.insert(shown.substr(0, shown.find('{')));
  const auto alerts = captured("alerts.yml", R"((madsearch_[a-z_]+))");
  EXPECT_GE(alerts.size(), 4u);
  for (const auto& name : alerts) EXPECT_TRUE(names.contains(name)) << name;
}

TEST(Metrics, AreServedAtThePort) {
  const auto port = Listener().port();  // free again
  Metrics metrics(port);
  metrics.front(3, 0.5);
  const auto answer = Client(port).get("/metrics");
  EXPECT_NE(answer.find("200 OK"), std::string::npos);
  EXPECT_NE(answer.find("madsearch_front_size 3"), std::string::npos) << answer;
}

TEST(Metrics, AreServedWhileClientsAskForNothing) {
  const auto port = Listener().port();
  Metrics metrics(port);
  std::list<Client> idle;
  for (int i = 0; i < 6; ++i) idle.emplace_back(port);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_NE(Client(port).get("/metrics").find("madsearch_worker_deaths_total 0"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(Metrics, SayThatAPortIsTaken) {
  const Listener listener;
  for (const auto& [port, message] :
       {std::pair<int, std::string>{listener.port(), "metrics: port " + std::to_string(listener.port()) +
                                                         " can't be listened at; is it taken by another program?"},
        {70000, "metrics: there is no port 70000; expected 0 (none) to 65535"}}) {
    try {
      Metrics metrics(port);
      FAIL() << port;
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.what(), message);
    }
  }
}

}  // namespace
}  // namespace madsearch
