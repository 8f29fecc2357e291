#include "engine/run/search_phase.h"

#include <algorithm>

#include "engine/run/battery_evaluator.h"
#include "engine/run/data_check.h"
#include "engine/run/summary.h"
#include "results/retries.h"
#include "results/running_front.h"
#include "search/loop/evolution.h"

namespace madsearch {
namespace {

constexpr std::int64_t kLogUse = 1000;  // evaluations

/// Notes what the session was asked to try again, for this session and all that follow. What an earlier session noted
/// and didn't come to is found again, and stays noted once.
void note_retries(Session& session) {
  if (session.options.retry.empty()) return;
  auto& meta = session.meta;
  const auto found = retries(session.store, session.options.retry);
  for (const auto& evaluation : found) {
    const auto key = evaluation_key(evaluation);
    if (std::find(meta.retries.begin(), meta.retries.end(), key) == meta.retries.end()) meta.retries.push_back(key);
  }
  if (!found.empty()) meta.reopen();
  session.save_meta();
  session.say(std::to_string(found.size()) + (found.size() == 1 ? " evaluation is" : " evaluations are") +
              " tried again once the search is over");
}

SearchOptions options_of(Session& session) {
  note_retries(session);
  return search_options(session.config, session.meta, session.store);
}

class SearchPhase {
 public:
  explicit SearchPhase(Session& session) : SearchPhase(session, session.store.scores()) {}

  bool go() {
    run_evolution(evolution_, evaluator_, most_under_way());
    if (evolution_.exhausted()) note_exhaustion();
    note_the_end();
    return evolution_.finished();
  }

 private:
  /// One more than there are slots, so that none waits while the search thinks and stores. Elsewhere nobody knows how
  /// many will come: all that the search allows.
  std::int64_t most_under_way() const {
    const auto enough = session_.workers.slots() + 1;
    return session_.elsewhere() ? std::max(enough, session_.config.search.lag) : enough;
  }

  /// `scores`: of the session's store.
  SearchPhase(Session& session, const std::vector<EvaluationRecord>& scores)
      : session_(session),
        space_(session.config.limits),
        search_(options_of(session)),
        evolution_(space_, search_, Seed{session.config.seed}.derive("search"), seed_designs(session.config)),
        front_(session.store, session.config.objectives, scores),
        evaluator_(
            session.config, space_, session.store, scores, session.workers, [this] { return tick(); },
            [this] { check_text_data(session_); }) {
    evaluator_.on_training = [this](const TrainingRecord& record) {
      ++trainings_;
      session_.metrics.training(record);
      session_.log.training(record);
    };
    evaluator_.on_started = [this](const CandidateRecord& candidate, const EvaluationRecord& record) {
      front_.add(candidate, record);
    };
    evaluator_.on_finished = [this](const CandidateRecord& candidate, const EvaluationRecord& record, bool replayed) {
      finished(candidate, record, replayed);
    };
    count_what_is_stored(scores);
  }

  /// Twice a second while waiting. True if the run is to end.
  bool tick() {
    session_.tick();
    session_.progress.show(session_.clock);
    if (session_.clock.search_over()) close();
    return session_.interrupted() || session_.clock.over();
  }

  /// Ends the search, as its share of the time is over, unless it is at its end already.
  void close() {
    auto& meta = session_.meta;
    if (meta.closed_at || evolution_.handed_out() >= session_.config.search.evaluations) return;
    evolution_.close();
    meta.closed_at = evolution_.handed_out();  // a resumed run closes at the same number
    meta.closed_by = kTimeUp;
    session_.save_meta();
    session_.say("the search's share of the time is over after " + std::to_string(evolution_.handed_out()) +
                 " evaluations: the front is confirmed on fresh seeds now. When a clock ends a search, the same seed "
                 "may end elsewhere.");
  }

  void finished(const CandidateRecord& candidate, const EvaluationRecord& record, bool replayed) {
    if (replayed) return;  // counted already
    session_.progress.evaluated(record, false);
    session_.log.evaluation(record);
    session_.metrics.evaluation(record);
    front_.add(candidate, record);
    show_front();
    session_.progress.show(session_.clock);
    if (evolution_.exhausted()) note_exhaustion();
    if (++evaluations_ % kLogUse == 0) session_.log.own_use(evaluations_, trainings_, own_use());
  }

  /// What earlier sessions finished is shown from the start.
  void count_what_is_stored(const std::vector<EvaluationRecord>& scores) {
    const auto designs = static_cast<std::int64_t>(session_.config.seeds.size()) + search_.confirm_members;
    session_.progress.plan("search", search_.evaluations + search_.confirm_seeds * designs);
    for (const auto& record : scores) {
      if (!record.finished) continue;
      session_.progress.evaluated(record, true);
      session_.metrics.evaluation(record);
    }
    for (const auto& [what, count] : session_.store.training_counts())
      session_.metrics.trainings(what.first, what.second, count);
    show_front();
  }

  void show_front() {
    session_.progress.front(front_.size(), front_.hypervolume());
    session_.metrics.front(front_.size(), front_.hypervolume());
  }

  /// The space has no new candidate: the search ends where it is.
  void note_exhaustion() {
    auto& meta = session_.meta;
    if (meta.closed_by == kExhausted) return;
    meta.closed_by = kExhausted;
    session_.save_meta();
    session_.say("no new design was found that keeps the limits: the search ends before its " +
                 std::to_string(session_.config.search.evaluations) + " evaluations, and its front is confirmed now");
  }

  void note_the_end() {
    for (const auto& [name, counts] : evolution_.operators())
      session_.meta.operators[name] = {counts.first, counts.second};
    session_.meta.signature = evolution_.signature();
    session_.save_meta();
    session_.log.searched(evolution_.handed_out(), session_.meta.signature);
  }

  Session& session_;
  Architectures space_;
  SearchOptions search_;
  Evolution evolution_;
  RunningFront front_;
  BatteryEvaluator evaluator_;
  // of this session:
  std::int64_t evaluations_ = 0;
  std::int64_t trainings_ = 0;
};

}  // namespace

bool search_and_confirm(Session& session) { return SearchPhase(session).go(); }

}  // namespace madsearch
