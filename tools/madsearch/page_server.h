#pragma once
#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace madsearch {

struct ServeOptions {
  std::vector<std::string> folders;
  std::string page;       // the HTML
  std::string questions;  // the folder of answers (answers.h)
  std::string host = "127.0.0.1";
  int port = 0;       // 0: any that is free
  std::string token;  // what a visitor must know; empty: the host is this machine alone, and visitors must call it so
};

/// Serves the page of runs until `stop`. `ready` is told the port once visitors may come:
///
///   GET /                       the page; with ?token=T it leaves a cookie
///   GET /api/runs               {"runs": N}
///   GET /api/run?run=I&from=N   search_view
///   GET /api/show?run=I&id=ID   what `show` prints; likewise why
///   GET /api/compare?run=I&a=ID&other=J&b=ID
///                               what `compare` prints of a design of run I and one of run J, without other= of I
///   GET /api/questions?run=I&id=ID
///                               a list of what `ablate` and `neighbours` answered about a design
///   GET /api/effects?run=I&run=J
///                               what `effects` prints of these runs; these three and /api/run say {"problem": why}
///                               where there is no answer
///   GET /api/events             server-sent events: a JSON list of stamps (WatchedRun), one for each run, when one of
///                               them changed and every few seconds; at most 16 at once, 503 beyond
///   GET /api/stamps             that list, once
///
/// Throws ConfigError if the port can't be had.
void serve_page(const ServeOptions& options, const std::atomic<bool>& stop, const std::function<void(int)>& ready);

}  // namespace madsearch
