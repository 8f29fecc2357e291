#include "engine/dispatch/one_answer.h"

#include <optional>
#include <utility>

#include "engine/dispatch/interrupted.h"

namespace madsearch {

Reply answer_of(Coordinator& workers, Request request, const std::atomic<bool>* stop) {
  workers.submit(std::move(request));
  std::optional<Reply> reply;
  while (!reply) {
    if (stop && *stop) throw Interrupted{};
    reply = workers.wait(0.5);
  }
  return std::move(*reply);
}

}  // namespace madsearch
