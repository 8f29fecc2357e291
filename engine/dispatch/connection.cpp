#include "engine/dispatch/connection.h"

#include <algorithm>
#include <utility>

#include "engine/dispatch/devices.h"

namespace madsearch {

double seconds_of(SlotClock::duration time) { return std::chrono::duration<double>(time).count(); }

SlotClock::time_point after(SlotClock::time_point from, double seconds) {
  const std::chrono::duration<double> wait(std::min(seconds, 1e8));
  return from + std::chrono::duration_cast<SlotClock::duration>(wait);
}

void Connection::start(Farewell farewell, const std::map<std::string, std::string>& on_gpu) {
  began_ = SlotClock::now();
  auto environment = pool.elsewhere() ? environment_elsewhere() : worker_environment(device);
  environment["MADSEARCH_SLOT"] = std::to_string(number);
  if (on_own_gpu()) {
    environment["MADSEARCH_SHARERS"] = std::to_string(sharers);
    environment.insert(on_gpu.begin(), on_gpu.end());
  }
  process = std::make_unique<Process>(pool.command, environment, farewell);
  host.clear();
  unanswered = began_;
  remarks = 0;
}

void Connection::greeted(Hello said) {
  const auto now = SlotClock::now();
  starting_seconds_ += std::max(0.0, seconds_of(now - began_));  // a pause may have moved its beginning
  offered = said.slots;
  hello = std::move(said);
  host = hello->host;
  failed_starts = 0;
  next_ping = now;
}

void Connection::failed_to_start() {
  starting_seconds_ += seconds_of(SlotClock::now() - began_);
  ++failed_starts;
}

void Connection::wait(double delay) { next_start = after(SlotClock::now(), delay); }

void Connection::end() {
  process->leave();
  leaving = std::move(process);
  hello.reset();
  offered = 0;
  cancelled.clear();
  unanswered.reset();
}

void Connection::shift(double seconds) {
  began_ = after(began_, seconds);
  if (unanswered) unanswered = after(*unanswered, seconds);
}

void Connection::ping() {
  const auto now = SlotClock::now();
  process->write_line(to_line(Ping{}));
  if (!unanswered) unanswered = now;
  next_ping = after(now, std::min(5.0, pool.silence_seconds / 4));
}

bool Connection::silent(SlotClock::time_point now) const { return unanswered && now >= after(*unanswered, patience()); }

SlotClock::time_point Connection::next_due() const {
  auto due = SlotClock::time_point::max();
  if (unanswered) due = std::min(due, after(*unanswered, patience()));
  if (hello) due = std::min(due, next_ping);
  return due;
}

WorkerEvent Connection::event(WorkerEvent::Kind kind, std::string what) const {
  return {
      .kind = kind, .worker = number, .device = device, .host = pool.elsewhere() ? host : "", .what = std::move(what)};
}

double Connection::starting_seconds(SlotClock::time_point now) const {
  return starting_seconds_ + (starting() ? seconds_of(now - began_) : 0);
}

}  // namespace madsearch
