#include "engine/stub/stub_worker.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <istream>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>

#include "engine/dispatch/host.h"
#include "engine/dispatch/messages.h"
#include "engine/stub/stub_answers.h"
#include "engine/stub/stub_pool.h"
#include "engine/version.h"

namespace madsearch {
namespace {

class StubWorker {
 public:
  StubWorker(std::istream& in, std::ostream& out, const StubOptions& options)
      : in_(in), out_(out), options_(options), answers_(options) {}

  int run() {
    std::this_thread::sleep_for(std::chrono::milliseconds(options_.start));
    if (options_.mute == 0)
      send(Hello{.version = "madsearch stub worker",
                 .revision = kRevision,
                 .device = "stub",
                 .host = host_name(),
                 .memory_bytes = std::int64_t{options_.room} << 20});
    std::thread reader([this] { read(); });  // pings are answered also while a request is under way
    while (auto asked = next()) answer(std::get<Request>(asked->message), asked->attempt);
    reader.join();
    return 0;
  }

 private:
  void send(const Message& message, std::int64_t attempt = 0) {
    const std::lock_guard lock(out_mutex_);
    out_ << to_line(message, attempt) << "\n" << std::flush;
  }

  void read() {
    for (std::string line; std::getline(in_, line);) {
      try {
        auto said = from_line(line);
        const std::lock_guard lock(mutex_);
        if (hung_) continue;
        if (std::holds_alternative<Ping>(said.message))
          send(Pong{});
        else if (std::holds_alternative<Request>(said.message))
          requests_.push_back(std::move(said));
        else
          throw std::invalid_argument("a stub worker answers train, pretrain, bench and ping");
      } catch (const std::invalid_argument& error) {
        const auto reply = error_at(line, error.what());
        send(reply.message, reply.attempt);
      }
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::optional<MessageLine> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || (!hung_ && !requests_.empty()); });
    if (ended_) return {};
    auto out = std::move(requests_.front());
    requests_.pop_front();
    return out;
  }

  void answer(const Request& request, std::int64_t attempt) {
    send(Started{}, attempt);
    if (const auto* planned = std::get_if<PretrainRequest>(&request); planned && planned->plan_only)
      return send(answers_.plan(*planned), attempt);
    answers_.count();
    if (!wait(is_about(request, options_.stuck) ? std::chrono::milliseconds::max() : time_of_a_request())) return;
    if (answers_.due(options_.crash) || is_about(request, options_.poison)) kill(getpid(), SIGKILL);
    if (answers_.due(options_.stop)) kill(getpid(), SIGSTOP);
    if (answers_.due(options_.garbage)) say("Segmentation fault, they said");
    for (int i = 0; answers_.due(options_.flood) && i < 100; ++i)
      send(ErrorReply{"nobody's", "here is another one"}, -1);
    const auto answered = answers_.reply_or_error(request);
    send(own_memory(), attempt);
    send(answered, attempt);
    if (answers_.due(options_.duplicate)) send(answered, attempt);
  }

  std::chrono::milliseconds time_of_a_request() const { return std::chrono::milliseconds(options_.milliseconds); }

  /// Lets the time pass that a request takes. False if there is to be no answer to it.
  bool wait(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    hung_ = answers_.due(options_.hang);
    if (hung_) return false;
    const auto longest = std::chrono::hours(24 * 365);
    return !changed_.wait_for(lock, std::min<std::chrono::milliseconds>(time, longest), [&] { return ended_; });
  }

  void say(const std::string& line) {
    const std::lock_guard lock(out_mutex_);
    out_ << line << std::endl;
  }

  std::istream& in_;
  std::ostream& out_;
  const StubOptions& options_;
  StubAnswers answers_;
  std::mutex mutex_;
  std::mutex out_mutex_;  // taken last
  std::condition_variable changed_;
  std::deque<MessageLine> requests_;
  bool ended_ = false;
  bool hung_ = false;
};

}  // namespace

int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options) {
  if (options.slots > 0) return run_stub_pool(in, out, options);
  return StubWorker(in, out, options).run();
}

}  // namespace madsearch
