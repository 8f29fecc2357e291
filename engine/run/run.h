#pragma once
#include "engine/run/config.h"
#include "engine/run/run_options.h"

namespace madsearch {

/// Carries out a whole run, from where its folder stands: search, confirmation on fresh seeds, pretraining. Everything
/// finished is in `folder`/search.db; a run that was interrupted or killed goes on with the same call and comes to the
/// same front. Throws ConfigError if the folder is of another search, can't be written, or is in use by another
/// process, if the port of the metrics is taken, and if no worker starts;
/// OtherData (data_check.h) if the text for pretraining is not what it was.
Ended run_search(const RunConfig& config, const RunOptions& options);

}  // namespace madsearch
