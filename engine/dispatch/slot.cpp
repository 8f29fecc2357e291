#include "engine/dispatch/slot.h"

#include <algorithm>

namespace madsearch {

bool Slot::usable(SlotClock::time_point now) const {
  if (connection->pool.elsewhere()) return connection->offered > 0;
  if (connection->leaving) return !connection->is_stuck();
  return connection->process || now >= std::max(next_turn, connection->next_start);
}

void Slot::give(Job next, std::int64_t token) {
  connection->process->write_line(to_line(next.request, token));
  job = std::move(next);
  attempt = token;
  ++connection->busy;
  host_.clear();
  device_ = connection->hello->device;
  processor_ = connection->hello->processor;
  started_ = false;
  limit_ = 0;
  began_ = SlotClock::now();
  job_given_ = std::chrono::system_clock::now();
}

void Slot::started(const Started& where) {
  host_ = where.host;
  if (!where.device.empty()) device_ = where.device;
  if (!where.processor.empty()) processor_ = where.processor;
  started_ = true;
  began_ = SlotClock::now();
  job_given_ = std::chrono::system_clock::now();
}

Started Slot::where() const { return {.host = host(), .device = device_, .processor = processor_}; }

double Slot::job_seconds() const { return seconds_of(SlotClock::now() - began_); }

SlotClock::time_point Slot::due() const {
  if (!job) return SlotClock::time_point::max();
  if (!started_) return after(began_, connection->pool.silence_seconds);
  return limit_ > 0 ? after(began_, limit_) : SlotClock::time_point::max();
}

void Slot::shift(double seconds) {
  began_ = after(began_, seconds);
  if (job) job->suspended = true;
}

Job Slot::take_job() {
  auto out = std::move(*job);
  job.reset();
  --connection->busy;
  last_answer_ = SlotClock::now();
  use_.busy += seconds_of(last_answer_ - began_);
  ++use_.requests;
  return out;
}

void Slot::wait(double delay) { next_turn = after(SlotClock::now(), delay); }

void Slot::measured(const Memory& memory) {
  constexpr double kMib = 1 << 20;
  use_.resident_mib = static_cast<double>(memory.resident_bytes) / kMib;
  use_.peak_mib = std::max(use_.peak_mib, static_cast<double>(memory.peak_bytes) / kMib);
}

Provenance Slot::provenance() const {
  return {.started = std::chrono::duration<double>(job_given_.time_since_epoch()).count(),
          .seconds = job_seconds(),
          .slot = static_cast<std::int64_t>(number),
          .device = device_,
          .host = host(),
          .revision = connection->hello->revision};
}

WorkerEvent Slot::event(WorkerEvent::Kind kind, std::string what) const {
  auto out = connection->event(kind, std::move(what));
  out.worker = number;
  if (!out.host.empty()) out.host = host();
  return out;
}

std::optional<std::int64_t> Slot::memory_bytes() const {
  if (!connection->hello || connection->hello->memory_bytes <= 0) return {};
  return connection->hello->memory_bytes;
}

SlotUse Slot::use(SlotClock::time_point now) const {
  auto out = use_;
  out.pool = connection->pool.name;
  out.device = connection->device;
  out.total = seconds_of(now - made_);
  if (this == connection->slots.front()) out.starting = connection->starting_seconds(now);
  if (job)
    out.busy += seconds_of(now - began_);
  else if (!connection->starting())
    out.tail = out.requests > 0 ? seconds_of(now - last_answer_) : 0;
  return out;
}

}  // namespace madsearch
