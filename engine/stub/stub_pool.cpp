#include "engine/stub/stub_pool.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <istream>
#include <map>
#include <mutex>
#include <ostream>
#include <string>
#include <thread>

#include "engine/dispatch/host.h"
#include "engine/dispatch/messages.h"
#include "engine/stub/stub_answers.h"
#include "engine/version.h"

namespace madsearch {
namespace {

using Clock = std::chrono::steady_clock;

class StubPool {
 public:
  StubPool(std::istream& in, std::ostream& out, const StubOptions& options)
      : in_(in), out_(out), options_(options), answers_(options) {}

  int run() {
    say(Hello{
        .version = "madsearch stub pool", .revision = kRevision, .device = "stub", .host = host_name(), .slots = 0});
    offer(options_.slots);
    std::thread reader([this] { read(); });
    while (!ended_ || !inbox_.empty()) turn();
    reader.join();
    return 0;
  }

 private:
  void read() {
    for (std::string line; std::getline(in_, line);) {
      const std::lock_guard lock(mutex_);
      inbox_.push_back(std::move(line));
      changed_.notify_one();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
  }

  /// Waits until there is something to do, and does it.
  void turn() {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next_due(), [&] { return ended_ || !inbox_.empty(); });
    if (ended_) return inbox_.clear();
    const auto lines = std::move(inbox_);
    inbox_.clear();
    lock.unlock();
    for (const auto& line : lines) hear(line);
    const auto now = Clock::now();
    if (options_.changes > 0 && now >= next_change_) change(now);
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      answer(std::move(under_way_.begin()->second));
      under_way_.erase(under_way_.begin());
    }
    begin_more(now);
    out_ << std::flush;
  }

  Clock::time_point next_due() const {
    auto out = Clock::now() + std::chrono::seconds(1);
    if (options_.changes > 0) out = std::min(out, next_change_);
    return under_way_.empty() ? out : std::min(out, under_way_.begin()->first);
  }

  void hear(const std::string& text) {
    auto line = from_line(text);
    if (std::holds_alternative<Ping>(line.message)) return say(Pong{});
    if (std::holds_alternative<Request>(line.message)) return waiting_.push_back(std::move(line));
    if (std::holds_alternative<Cancel>(line.message)) cancel(line.attempt);
  }

  void cancel(std::int64_t attempt) {
    std::erase_if(waiting_, [&](const MessageLine& line) { return line.attempt == attempt; });
    std::erase_if(under_way_, [&](const auto& entry) { return entry.second.attempt == attempt; });
  }

  void begin_more(Clock::time_point now) {
    while (!waiting_.empty() && static_cast<int>(under_way_.size()) < slots_) {
      auto line = std::move(waiting_.front());
      waiting_.pop_front();
      say(Started{.host = host_name(), .device = "stub", .processor = ""}, line.attempt);
      under_way_.emplace(now + std::chrono::milliseconds(options_.milliseconds), std::move(line));
    }
  }

  /// As in a cluster that others use too: where slots go what they were at is lost, and what waits for one.
  void change(Clock::time_point now) {
    static constexpr std::array<int, 4> numbers = {0, 4, 1, 8};
    next_change_ = now + std::chrono::milliseconds(options_.changes);
    offer(numbers[static_cast<std::size_t>(changes_++) % numbers.size()]);
    while (static_cast<int>(under_way_.size()) > slots_) {
      const auto last = std::prev(under_way_.end());
      say(Lost{"its node is gone"}, last->second.attempt);
      under_way_.erase(last);
    }
    for (const auto& line : waiting_) say(Lost{"no slot is left"}, line.attempt);
    waiting_.clear();
  }

  void answer(const MessageLine& line) {
    const auto& request = std::get<Request>(line.message);
    answers_.count();
    if (answers_.due(options_.crash) || is_about(request, options_.poison)) kill(getpid(), SIGKILL);
    if (answers_.due(options_.lost)) return say(Lost{"its worker died"}, line.attempt);
    if (answers_.due(options_.late)) say(Lost{"its worker died"}, line.attempt);
    const auto answered = answers_.reply_or_error(request);
    if (answers_.due(options_.stale)) say(answered, line.attempt - 1000);
    say(own_memory(), line.attempt);
    say(answered, line.attempt);
    if (answers_.due(options_.duplicate)) say(answered, line.attempt);
  }

  void offer(int slots) {
    slots_ = slots;
    say(Slots{slots});
    out_ << std::flush;
  }

  void say(const Message& message, std::int64_t attempt = 0) { out_ << to_line(message, attempt) << "\n"; }

  std::istream& in_;
  std::ostream& out_;
  const StubOptions& options_;
  StubAnswers answers_;
  int slots_ = 0;
  int changes_ = 0;
  Clock::time_point next_change_ = Clock::now();
  std::deque<MessageLine> waiting_;
  std::multimap<Clock::time_point, MessageLine> under_way_;  // by when it is done
  std::mutex mutex_;                                         // of what follows
  std::condition_variable changed_;
  std::deque<std::string> inbox_;
  bool ended_ = false;
};

}  // namespace

int run_stub_pool(std::istream& in, std::ostream& out, const StubOptions& options) {
  return StubPool(in, out, options).run();
}

}  // namespace madsearch
