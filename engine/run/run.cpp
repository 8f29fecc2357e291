#include "engine/run/run.h"

#include "configs/text.h"
#include "engine/dispatch/machinery_error.h"
#include "engine/run/battery_evaluator.h"
#include "engine/run/data_check.h"
#include "engine/run/pretraining_phase.h"
#include "engine/run/pretraining_plans.h"
#include "engine/run/search_phase.h"
#include "engine/run/session.h"

namespace madsearch {
namespace {

/// What `resume --evaluations` added needs not be asked for again.
std::string added(const RunConfig& config) {
  if (config.added == 0) return "";
  return ", with the " + std::to_string(config.added) + " evaluations that --evaluations has added so far";
}

}  // namespace

Ended run_search(const RunConfig& config, const RunOptions& options) {
  Session session(config, options);
  try {
    if (!session.meta.finished) {
      check_text_data(session);
      check_pretraining_data(session);
      plan_pretraining(config, session.workers, options.interrupted);
    }
    if (!search_and_confirm(session)) return Ended::kTimeUp;
    pretrain_chosen(session);
    session.meta.finished = true;
    session.save_meta();
    session.progress.show(session.clock, true);
    return Ended::kFinished;
  } catch (const Interrupted&) {
    session.log.ends(session.interrupted());
    return session.interrupted() ? Ended::kInterrupted : Ended::kTimeUp;
  } catch (const MachineryError& error) {
    session.log.say(printable(error.what()));
    session.meta.trouble = error.what();
    throw MachineryError(error.what() +
                         ("\neverything finished is saved, and nothing of what failed with the workers; `madsearch "
                          "resume " +
                          options.folder.string() + "` goes on once they work" + added(config)));
  }
}

}  // namespace madsearch
