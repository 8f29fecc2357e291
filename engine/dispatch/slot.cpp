#include "engine/dispatch/slot.h"

#include <algorithm>
#include <stdexcept>

#include "engine/dispatch/devices.h"

namespace madsearch {
namespace {

void check(const WorkerOptions& options) {
  const auto at_least_one = [](const char* name, std::int64_t value) {
    if (value < 1) throw std::invalid_argument(name + (" is " + std::to_string(value)) + ", at least 1 is needed");
  };
  at_least_one("slots_per_device", options.slots_per_device);
  at_least_one("attempts", options.attempts);
  if (options.devices.empty()) throw std::invalid_argument("devices is empty, at least one is needed");
  for (const auto& device : options.devices) worker_environment(device);  // throws for what can't be
}

}  // namespace

double seconds_of(SlotClock::duration time) { return std::chrono::duration<double>(time).count(); }

SlotClock::time_point after(SlotClock::time_point from, double seconds) {
  const std::chrono::duration<double> wait(std::min(seconds, 1e8));
  return from + std::chrono::duration_cast<SlotClock::duration>(wait);
}

void Slot::start(const WorkerOptions& options, const std::map<std::string, std::string>& on_gpu) {
  began_ = SlotClock::now();
  auto environment = worker_environment(device);
  environment["MADSEARCH_SLOT"] = std::to_string(number);
  if (device != "cpu") environment.insert(on_gpu.begin(), on_gpu.end());
  process = std::make_unique<Process>(options.command, environment, options.farewell);
  unanswered = began_;
  remarks = 0;
}

void Slot::greeted(Hello said) {
  if (!hello) use_.starting += seconds_of(SlotClock::now() - began_);
  hello = std::move(said);
  failed_starts = 0;
  next_ping = SlotClock::now();
}

void Slot::failed_to_start() {
  use_.starting += seconds_of(SlotClock::now() - began_);
  ++failed_starts;
}

void Slot::wait(double delay) { next_start = after(SlotClock::now(), delay); }

void Slot::end() {
  process->leave();
  leaving = std::move(process);
  hello.reset();
  unanswered.reset();
}

void Slot::give(Job next) {
  process->write_line(to_line(next.request));
  job = std::move(next);
  began_ = SlotClock::now();
  job_given_ = std::chrono::system_clock::now();
}

void Slot::limit(double seconds) { job_limit_ = seconds > 0 ? after(began_, seconds) : SlotClock::time_point::max(); }

double Slot::job_seconds() const { return seconds_of(SlotClock::now() - began_); }

void Slot::shift(double seconds) {
  began_ = after(began_, seconds);
  if (unanswered) unanswered = after(*unanswered, seconds);
  if (job_limit_ != SlotClock::time_point::max()) job_limit_ = after(job_limit_, seconds);
  if (job) job->suspended = true;
}

void Slot::ping(const Patience& patience) {
  const auto now = SlotClock::now();
  process->write_line(to_line(Ping{}));
  if (!unanswered) unanswered = now;
  next_ping = after(now, std::min(5.0, patience.silence / 4));
}

Job Slot::take_job() {
  auto out = std::move(*job);
  job.reset();
  job_limit_ = SlotClock::time_point::max();
  last_answer_ = SlotClock::now();
  use_.busy += seconds_of(last_answer_ - began_);
  ++use_.requests;
  return out;
}

void Slot::measure_memory() {
  const auto memory = process->memory();
  use_.resident_mib = memory.resident;
  use_.peak_mib = std::max(use_.peak_mib, memory.peak);
}

Provenance Slot::provenance() const {
  return {.started = std::chrono::duration<double>(job_given_.time_since_epoch()).count(),
          .seconds = seconds_of(SlotClock::now() - began_),
          .slot = static_cast<std::int64_t>(number),
          .device = hello->device,
          .host = hello->host,
          .revision = hello->revision};
}

bool Slot::silent(const Patience& all, SlotClock::time_point now) const {
  return unanswered && now >= after(*unanswered, patience(all));
}

SlotClock::time_point Slot::next_due(const Patience& all) const {
  auto due = job_limit_;
  if (unanswered) due = std::min(due, after(*unanswered, patience(all)));
  if (hello) due = std::min(due, next_ping);
  return due;
}

WorkerEvent Slot::event(WorkerEvent::Kind kind, std::string what) const {
  return {.kind = kind, .worker = number, .device = device, .what = std::move(what)};
}

SlotUse Slot::use(SlotClock::time_point made, SlotClock::time_point now) const {
  auto out = use_;
  out.device = device;
  out.total = seconds_of(now - made);
  if (job)
    out.busy += seconds_of(now - began_);
  else if (starting())
    out.starting += seconds_of(now - began_);
  else
    out.tail = out.requests > 0 ? seconds_of(now - last_answer_) : 0;
  return out;
}

std::vector<Slot> slots_of(const WorkerOptions& options) {
  check(options);
  std::vector<Slot> out;
  for (std::int64_t i = 0; i < options.slots_per_device; ++i)
    for (const auto& device : options.devices) {
      auto& slot = out.emplace_back();
      slot.number = out.size();
      slot.device = device;
    }
  return out;
}

}  // namespace madsearch
