#include "engine/dispatch/slot.h"

#include <algorithm>
#include <stdexcept>

#include "engine/dispatch/devices.h"

namespace madsearch {
namespace {

void at_least_one(const char* name, std::int64_t value) {
  if (value < 1) throw std::invalid_argument(name + (" is " + std::to_string(value)) + ", at least 1 is needed");
}

void check(const WorkerOptions& options) {
  at_least_one("attempts", options.attempts);
  at_least_one("pools", static_cast<std::int64_t>(options.pools.size()));
  for (const auto& pool : options.pools) {
    at_least_one(pool.elsewhere() ? "copies" : "slots", pool.elsewhere() ? pool.copies : pool.slots);
    for (const auto& device : pool.devices) worker_environment(device);  // throws for what can't be
  }
}

void add_slot(std::vector<Slot>& slots, const Pool& pool, const std::string& device) {
  auto& slot = slots.emplace_back();
  slot.number = slots.size();
  slot.pool = pool;
  slot.device = device;
}

void add_slots(std::vector<Slot>& slots, const Pool& pool) {
  for (std::int64_t i = 0; i < pool.slots; ++i)
    for (const auto& device : pool.devices) add_slot(slots, pool, device);
}

}  // namespace

double seconds_of(SlotClock::duration time) { return std::chrono::duration<double>(time).count(); }

SlotClock::time_point after(SlotClock::time_point from, double seconds) {
  const std::chrono::duration<double> wait(std::min(seconds, 1e8));
  return from + std::chrono::duration_cast<SlotClock::duration>(wait);
}

void Slot::start(Farewell farewell, const std::map<std::string, std::string>& on_gpu) {
  began_ = SlotClock::now();
  auto environment = pool.elsewhere() ? environment_elsewhere() : worker_environment(device);
  environment["MADSEARCH_SLOT"] = std::to_string(number);
  if (!pool.elsewhere() && device != "cpu") environment.insert(on_gpu.begin(), on_gpu.end());
  process = std::make_unique<Process>(pool.command, environment, farewell);
  host_.clear();
  unanswered = began_;
  remarks = 0;
}

void Slot::greeted(Hello said) {
  if (!hello) use_.starting += seconds_of(SlotClock::now() - began_);
  host_ = said.host;
  hello = std::move(said);
  failed_starts = 0;
  next_ping = SlotClock::now();
}

void Slot::lost() { ++use_.losses[host_]; }

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

void Slot::ping() {
  const auto now = SlotClock::now();
  process->write_line(to_line(Ping{}));
  if (!unanswered) unanswered = now;
  next_ping = after(now, std::min(5.0, pool.silence_seconds / 4));
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

void Slot::measured(const Memory& memory) {
  constexpr double kMib = 1 << 20;
  use_.resident_mib = static_cast<double>(memory.resident_bytes) / kMib;
  use_.peak_mib = std::max(use_.peak_mib, static_cast<double>(memory.peak_bytes) / kMib);
}

Provenance Slot::provenance() const {
  return {.started = std::chrono::duration<double>(job_given_.time_since_epoch()).count(),
          .seconds = seconds_of(SlotClock::now() - began_),
          .slot = static_cast<std::int64_t>(number),
          .device = hello->device,
          .host = hello->host,
          .revision = hello->revision};
}

bool Slot::silent(SlotClock::time_point now) const { return unanswered && now >= after(*unanswered, patience()); }

SlotClock::time_point Slot::next_due() const {
  auto due = job_limit_;
  if (unanswered) due = std::min(due, after(*unanswered, patience()));
  if (hello) due = std::min(due, next_ping);
  return due;
}

WorkerEvent Slot::event(WorkerEvent::Kind kind, std::string what) const {
  return {
      .kind = kind, .worker = number, .device = device, .host = pool.elsewhere() ? host_ : "", .what = std::move(what)};
}

SlotUse Slot::use(SlotClock::time_point made, SlotClock::time_point now) const {
  auto out = use_;
  out.pool = pool.name;
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
  for (const auto& pool : options.pools) add_slots(out, pool);
  for (const auto& pool : options.pools)
    for (std::int64_t i = 0; pool.elsewhere() && i < pool.copies; ++i) add_slot(out, pool, pool.name);
  return out;
}

}  // namespace madsearch
