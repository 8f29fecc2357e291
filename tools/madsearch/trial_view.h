#pragma once
#include <string>

#include "engine/study/trial_scores.h"
#include "table.h"

namespace madsearch {

/// Sets NAME, NAME_low and NAME_high, unknown without two common seed sets.
void set_difference(Record& out, const std::string& name, Comparison::Difference difference, std::int64_t common);

/// The mean over a design's seed sets, unknown without one.
Value mean_score(const TrialScores& scores, std::size_t design);

/// Of each task of the battery {"score", NAME, NAME_low, NAME_high}: what design b scores, and a's score less that.
Record task_differences(const Battery& battery, const TrialScores& scores, const std::string& name, std::size_t a,
                        std::size_t b);

/// The differences by task, a column each, before `last`.
Table task_table(const Battery& battery, const std::string& name, Column last, const std::vector<Record>& rows);

/// "fuzzy-recall" of fuzzy-in-context-recall, so that six columns fit.
std::string task_heading(std::string task);

/// "MAD score on battery quick, width 32, 2 seed sets"
std::string setting_text(const Battery& battery, std::int64_t seeds);

}  // namespace madsearch
