#include "engine/stub/stub_worker.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <istream>
#include <map>
#include <mutex>
#include <ostream>
#include <sstream>
#include <thread>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/host.h"
#include "engine/dispatch/messages.h"
#include "engine/stub/made_up_records.h"
#include "engine/version.h"

namespace madsearch {
namespace {

/// The design that is to be trained; "" of other requests.
std::string design_of(const Request& request) {
  if (const auto* train = std::get_if<TrainRequest>(&request)) return train->design;
  if (const auto* pretrain = std::get_if<PretrainRequest>(&request)) return pretrain->design;
  return "";
}

class StubWorker {
 public:
  StubWorker(std::istream& in, std::ostream& out, const StubOptions& options) : in_(in), out_(out), options_(options) {}

  int run() {
    send(Hello{.version = "madsearch stub worker", .revision = kRevision, .device = "stub", .host = host_name()});
    std::thread reader([this] { read(); });  // pings are answered also while a request is under way
    while (auto request = next()) answer(*request);
    reader.join();
    return 0;
  }

 private:
  void send(const Message& message) {
    const std::lock_guard lock(out_mutex_);
    out_ << to_line(message) << "\n" << std::flush;
  }

  void read() {
    for (std::string line; std::getline(in_, line);) {
      try {
        auto message = from_line(line);
        const std::lock_guard lock(mutex_);
        if (hung_) continue;
        if (std::holds_alternative<Ping>(message))
          send(Pong{});
        else if (auto* request = std::get_if<Request>(&message))
          requests_.push_back(std::move(*request));
        else
          throw std::invalid_argument("a stub worker answers train, pretrain, bench and ping");
      } catch (const std::invalid_argument& error) {
        send(ErrorReply{id_in(line), error.what()});
      }
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::optional<Request> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || (!hung_ && !requests_.empty()); });
    if (ended_) return {};
    auto out = std::move(requests_.front());
    requests_.pop_front();
    return out;
  }

  bool due(int every) const { return every > 0 && count_ % every == 0; }

  void answer(const Request& request) {
    ++count_;
    {
      std::unique_lock lock(mutex_);
      if (due(options_.hang)) {
        hung_ = true;
        return;
      }
      if (changed_.wait_for(lock, std::chrono::milliseconds(options_.milliseconds), [&] { return ended_; })) return;
    }
    if (due(options_.crash) ||
        (!options_.poison.empty() && design_of(request).find(options_.poison) != std::string::npos))
      kill(getpid(), SIGKILL);
    if (due(options_.garbage)) {
      const std::lock_guard lock(out_mutex_);
      out_ << "Segmentation fault, they said" << std::endl;
    }
    try {
      const auto answered = reply(request);
      send(answered);
      if (due(options_.duplicate)) send(answered);
    } catch (const std::exception& error) {
      send(ErrorReply{id_of(request), error.what()});
    }
  }

  Reply reply(const Request& request) const {
    return std::visit([this](const auto& kind) -> Reply { return reply(kind); }, request);
  }

  TrainReply reply(const TrainRequest& request) const {
    TrainReply out;
    out.record = made_up(request);
    finish(out.record);
    return out;
  }

  PretrainReply reply(const PretrainRequest& request) const {
    PretrainReply out{request.id, made_up(request)};
    finish(out.record);
    return out;
  }

  BenchReply reply(const BenchRequest& request) const {
    BenchReply out{request.id, 1, {}};
    for (const auto& design : request.designs)  // a forecast of it means as little as its scores
      out.rows.push_back({.design = design,
                          .width = request.width,
                          .length = request.length,
                          .batch = request.batch,
                          .milliseconds = options_.milliseconds * 1.0,
                          .gflops = 1,
                          .share_of_peak = 1,
                          .ratio_to_attention = 1});
    return out;
  }

  ExamineReply reply(const ExamineRequest&) const {
    throw std::invalid_argument(
        "a stub worker answers train, pretrain, bench and ping; it computes nothing that could be examined");
  }

  /// What every training's record has, whether real or not.
  template <class Record>
  void finish(Record& record) const {
    record.core_seconds = options_.milliseconds / 1000.0;
    if (!due(options_.fail)) return;
    record.outcome = Outcome::kFailed;
    record.message = "the stub was asked to fail";
  }

  std::istream& in_;
  std::ostream& out_;
  const StubOptions& options_;
  std::mutex mutex_;
  std::mutex out_mutex_;  // taken last
  std::condition_variable changed_;
  std::deque<Request> requests_;
  bool ended_ = false;
  bool hung_ = false;
  int count_ = 0;
};

}  // namespace

StubOptions stub_options(const std::string& text) {
  StubOptions out;
  const std::map<std::string, int*> numbers = {
      {"milliseconds", &out.milliseconds}, {"fail", &out.fail},          {"crash", &out.crash}, {"hang", &out.hang},
      {"garbage", &out.garbage},           {"duplicate", &out.duplicate}};
  std::istringstream in(text);
  for (std::string entry; std::getline(in, entry, ',');) {
    const auto split = entry.find('=');
    const auto name = entry.substr(0, split);
    const auto value = split == std::string::npos ? "" : entry.substr(split + 1);
    const auto number = numbers.find(name);
    if (name == "poison" && !value.empty()) {
      out.poison = value;
    } else if (number == numbers.end()) {
      std::vector<std::string> names = {"poison"};
      for (const auto& [known, unused] : numbers) names.push_back(known);
      throw ConfigError("MADSEARCH_STUB: unknown option \"" + name + "\"" + did_you_mean(name, names));
    } else if (value.empty() || value.size() > 8 || value.find_first_not_of("0123456789") != std::string::npos) {
      throw ConfigError("MADSEARCH_STUB: \"" + entry + "\" is not " + name + "=NUMBER");
    } else {
      *number->second = std::stoi(value);
    }
  }
  return out;
}

int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options) {
  return StubWorker(in, out, options).run();
}

}  // namespace madsearch
