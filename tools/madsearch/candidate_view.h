#pragma once
#include <map>
#include <string>

#include "report.h"
#include "results/store.h"

namespace madsearch {

// What is stored, as programs read it.
Record candidate_facts(const CandidateRecord& candidate);
/// `imported`: imported_evaluations of the store (results/imported.h).
Record evaluation_facts(const EvaluationRecord& evaluation, const std::map<std::string, std::string>& imported);
Record training_facts(const Store& store, const TrainingRecord& training);  // with its curves, where they are stored

/// A candidate with the cost of each block, its evaluations and their trainings. As CSV the trainings.
Report candidate_view(const Store& store, const CandidateRecord& candidate);

}  // namespace madsearch
