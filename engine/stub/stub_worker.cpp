#include "engine/stub/stub_worker.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <istream>
#include <mutex>
#include <ostream>
#include <sstream>
#include <thread>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/answers.h"
#include "engine/dispatch/host.h"
#include "engine/dispatch/messages.h"
#include "engine/stub/made_up_records.h"
#include "engine/version.h"

namespace madsearch {
namespace {

class StubWorker {
 public:
  StubWorker(std::istream& in, std::ostream& out, const StubOptions& options) : in_(in), out_(out), options_(options) {}

  int run() {
    std::this_thread::sleep_for(std::chrono::milliseconds(options_.start));
    if (options_.mute == 0)
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
    if (const auto* planned = std::get_if<PretrainRequest>(&request); planned && planned->plan_only)
      return send(plan(*planned));
    ++count_;
    if (!wait(about(request, options_.stuck) ? std::chrono::milliseconds::max() : time_of_a_request())) return;
    if (due(options_.crash) || about(request, options_.poison)) kill(getpid(), SIGKILL);
    if (due(options_.stop)) kill(getpid(), SIGSTOP);
    if (due(options_.garbage)) say("Segmentation fault, they said");
    for (int i = 0; due(options_.flood) && i < 100; ++i) send(ErrorReply{"nobody's", "here is another one"});
    const auto answered = reply_or_error(request);
    send(own_memory());
    send(answered);
    if (due(options_.duplicate)) send(answered);
  }

  std::chrono::milliseconds time_of_a_request() const { return std::chrono::milliseconds(options_.milliseconds); }

  /// Lets the time pass that a request takes. False if there is to be no answer to it.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    hung_ = due(options_.hang);
    if (hung_) return false;
    const auto longest = std::chrono::hours(24 * 365);
    return !changed_.wait_for(lock, std::min<std::chrono::milliseconds>(time, longest), [&] { return ended_; });
  }

  static bool about(const Request& request, const std::string& part) {
    return !part.empty() && subject_of(request).find(part) != std::string::npos;
  }

  void say(const std::string& line) {
    const std::lock_guard lock(out_mutex_);
    out_ << line << std::endl;
  }

  Reply reply_or_error(const Request& request) const {
    if (due(options_.error)) return ErrorReply{id_of(request), "CUDA error: an illegal memory access was encountered"};
    try {
      return reply(request);
    } catch (const std::exception& error) {
      return ErrorReply{id_of(request), error.what()};
    }
  }

  Reply reply(const Request& request) const {
    return std::visit([this](const auto& kind) -> Reply { return reply(kind); }, request);
  }

  TrainReply reply(const TrainRequest& request) const {
    TrainReply out;
    out.record = made_up(request);
    if (options_.looks > 0) out.curves = made_up_curves(request, options_.looks);
    finish(out.record);
    if (due(options_.nan)) out.record.validation_b = out.record.test_macro = std::nan("");
    if (due(options_.huge)) out.record.validation_b = out.record.test_macro = 1e308;
    return out;
  }

  PretrainReply reply(const PretrainRequest& request) const {
    PretrainReply out{request.id, made_up(request)};
    finish(out.record);
    if (options_.unread != 0) fail(out.record, Outcome::kFailed, "the stub can't read its text");
    return out;
  }

  PretrainReply plan(const PretrainRequest& request) const {
    PretrainReply out{request.id, made_up(request)};
    if (options_.refuse == 0) return out;
    out.record.outcome = Outcome::kFailed;
    out.record.message = "the stub was asked to refuse";
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
    if (due(options_.fail)) fail(record, Outcome::kFailed, "the stub was asked to fail");
    if (due(options_.memory)) fail(record, Outcome::kOutOfMemory, "CUDA out of memory, the stub was asked to say");
    if (due(options_.escape))
      fail(record, Outcome::kFailed, "\x1b[2J\n[info] all is well\xff" + std::string(1 << 20, '!'));
  }

  template <class Record>
  static void fail(Record& record, Outcome outcome, const std::string& message) {
    Record failed;
    if constexpr (requires { record.id; }) failed.id = record.id;
    if constexpr (requires { record.task; }) failed.task = record.task;
    failed.outcome = outcome;
    failed.message = message;
    failed.core_seconds = record.core_seconds;
    record = failed;
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

namespace {

struct NumberOption {
  const char* name;
  int StubOptions::*value;
};

constexpr NumberOption kNumbers[] = {
    {"milliseconds", &StubOptions::milliseconds},
    {"looks", &StubOptions::looks},
    {"start", &StubOptions::start},
    {"slot", &StubOptions::slot},
    {"mute", &StubOptions::mute},
    {"fail", &StubOptions::fail},
    {"memory", &StubOptions::memory},
    {"error", &StubOptions::error},
    {"crash", &StubOptions::crash},
    {"stop", &StubOptions::stop},
    {"hang", &StubOptions::hang},
    {"garbage", &StubOptions::garbage},
    {"escape", &StubOptions::escape},
    {"nan", &StubOptions::nan},
    {"huge", &StubOptions::huge},
    {"duplicate", &StubOptions::duplicate},
    {"flood", &StubOptions::flood},
    {"refuse", &StubOptions::refuse},
    {"unread", &StubOptions::unread},
};

struct TextOption {
  const char* name;
  std::string StubOptions::*value;
};

constexpr TextOption kTexts[] = {
    {"poison", &StubOptions::poison},
    {"stuck", &StubOptions::stuck},
};

int number_of(const std::string& name, const std::string& value, const std::string& entry) {
  if (value.empty() || value.size() > 8 || value.find_first_not_of("0123456789") != std::string::npos)
    throw ConfigError("MADSEARCH_STUB: \"" + entry + "\" is not " + name + "=NUMBER");
  return std::stoi(value);
}

void set_option(StubOptions& options, const std::string& entry) {
  const auto split = entry.find('=');
  const auto name = entry.substr(0, split);
  const auto value = split == std::string::npos ? "" : entry.substr(split + 1);
  std::vector<std::string> names;
  for (const auto& option : kNumbers) {
    if (name == option.name) {
      options.*option.value = number_of(name, value, entry);
      return;
    }
    names.push_back(option.name);
  }
  for (const auto& option : kTexts) {
    if (name == option.name && !value.empty()) {
      options.*option.value = value;
      return;
    }
    names.push_back(option.name);
  }
  throw ConfigError("MADSEARCH_STUB: unknown option \"" + name + "\"" + did_you_mean(name, names));
}

/// The slot that the coordinator says it serves; 0 where none does.
int own_slot() {
  const char* slot = std::getenv("MADSEARCH_SLOT");
  return slot == nullptr ? 0 : std::atoi(slot);
}

}  // namespace

StubOptions stub_options(const std::string& text) {
  StubOptions out;
  std::istringstream in(text);
  for (std::string entry; std::getline(in, entry, ',');) set_option(out, entry);
  if (out.slot == 0 || out.slot == own_slot()) return out;
  StubOptions sound;
  sound.milliseconds = out.milliseconds;
  return sound;
}

int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options) {
  return StubWorker(in, out, options).run();
}

}  // namespace madsearch
