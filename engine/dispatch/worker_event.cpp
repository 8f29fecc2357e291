#include "engine/dispatch/worker_event.h"

namespace madsearch {

std::string WorkerEvent::name() const {
  return "worker " + std::to_string(worker) + " (" + device + (host.empty() ? "" : " on " + host) + ")";
}

std::string to_text(const WorkerEvent& event) {
  auto out = event.name() + " " + event.what;
  if (event.kind == WorkerEvent::Kind::kFailedToStart) out += ", before it said hello";
  if (event.seldom) out += "; it is tried less and less often from now on";
  if (event.lost_request())
    out += "; attempt " + std::to_string(event.attempt) + " of " + std::to_string(event.attempts);
  return out;
}

}  // namespace madsearch
