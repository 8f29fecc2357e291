#pragma once
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>

#include "engine/dispatch/coordinator.h"
#include "engine/dispatch/line_reader.h"

namespace madsearch {

/// Hands a coordinator's requests on to workers of this machine: a pool of the worker protocol (messages.h), with a
/// coordinator of its own that starts its workers at once and tries nothing again.
class NodePool {
 public:
  /// Throws what Coordinator does.
  NodePool(WorkerOptions options, int input, std::ostream& output);

  /// Until the end of the input, or nobody reads the output. Throws what Coordinator::wait does.
  void run();

 private:
  struct Asked {
    std::string id;  // of the request; here its attempt takes the id's place, as two may have the same
    bool started = false;
  };

  void listen();
  void hear(const std::string& text);
  void ask(Request request, std::int64_t attempt);
  void answer(Reply reply, std::int64_t attempt);
  void failed(const Failure& failure, std::int64_t attempt);
  void tell_slots();
  void give_back_excess();
  void say(const Message& message, std::int64_t attempt = 0);

  std::string devices_;
  Coordinator workers_;
  int input_;
  LineReader lines_;
  std::ostream& output_;
  std::map<std::int64_t, Asked> asked_;  // by attempt
  std::int64_t told_slots_ = 0;
};

}  // namespace madsearch
