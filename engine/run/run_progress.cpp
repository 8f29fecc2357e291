#include "engine/run/run_progress.h"

#include <algorithm>

namespace madsearch {

RunProgress::RunProgress(std::ostream* out, std::function<int()> columns) {
  if (out) line_.emplace(*out, std::move(columns));
}

void RunProgress::end_if_unread() {
  if (!line_->unread()) return;
  line_.reset();
  if (on_unread) on_unread();
}

void RunProgress::plan(const std::string& phase, std::int64_t planned) {
  status_.phase = phase;
  status_.evaluations = 0;
  status_.planned = planned;
}

void RunProgress::evaluated(const EvaluationRecord& record, bool earlier) {
  ++status_.evaluations;
  if (!earlier) {
    ++fresh_;
    status_.phase = is_fresh(record.rung) ? "confirm" : "search";
  }
  if (record.outcome != Outcome::kOk) ++status_.failed;
  if (record.rung == Rung::kProbe) ++status_.probes;
  if (record.rung == Rung::kBattery) ++status_.batteries;
  if (is_fresh(record.rung)) ++status_.confirms;
}

void RunProgress::front(std::size_t size, double hypervolume) {
  status_.front = static_cast<std::int64_t>(size);
  status_.hypervolume = hypervolume;
}

void RunProgress::pretrained() {
  ++status_.pretrainings;
  ++status_.evaluations;
}

void RunProgress::say(const std::string& sentence) {
  if (!line_) return;
  line_->say(sentence);
  end_if_unread();
}

void RunProgress::show(const RunClock& clock, bool at_once) {
  if (!line_) return;
  status_.seconds_left = 0;
  const auto elapsed = clock.worked();
  if (fresh_ > 0 && elapsed > 0 && status_.phase != "pretrain") {
    const auto fresh = static_cast<double>(fresh_);
    status_.per_hour = fresh / elapsed * 3600;
    status_.seconds_left = static_cast<double>(status_.planned - status_.evaluations) / fresh * elapsed;
    if (clock.limited()) status_.seconds_left = std::min(status_.seconds_left, std::max(1.0, clock.seconds_left()));
  }
  line_->show(status_, at_once);
  end_if_unread();
}

}  // namespace madsearch
