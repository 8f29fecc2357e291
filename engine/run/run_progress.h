#pragma once
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "engine/run/clock.h"
#include "engine/run/progress.h"
#include "results/records.h"

namespace madsearch {

/// Counts what a run has finished, and shows it with a guess of how long the rest will take.
class RunProgress {
 public:
  /// Shows on `out`, which must outlive this; null: nowhere. `columns` as of ProgressLine.
  RunProgress(std::ostream* out, std::function<int()> columns);

  /// Called once, when nothing can be shown on `out` any more.
  std::function<void()> on_unread;

  /// A phase ("search", "pretrain") of `planned` evaluations or pretrainings begins.
  void plan(const std::string& phase, std::int64_t planned);
  void evaluated(const EvaluationRecord& record, bool earlier);  // earlier: another session did it
  void front(std::size_t size, double hypervolume);
  void pretrained();

  void say(const std::string& sentence);                   // on a line of its own
  void show(const RunClock& clock, bool at_once = false);  // else not more often than people can read

 private:
  void end_if_unread();
  std::optional<ProgressLine> line_;
  Status status_;
  std::int64_t fresh_ = 0;  // evaluations of this session
};

}  // namespace madsearch
