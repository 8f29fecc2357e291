#pragma once
#include <vector>

#include "engine/run/config.h"
#include "results/run_meta.h"
#include "search/architecture/architectures.h"
#include "search/loop/evaluator.h"
#include "search/loop/seed_design.h"

// What follows from what: a run stores it, and `madsearch check` computes it again.
namespace madsearch {

/// The battery that evaluations of this rung are trained on. Throws std::invalid_argument for a probe without one.
const Battery& battery_of(const RunConfig& config, Rung rung);

/// The record of a candidate that evaluation `born` brings in, with its costs.
CandidateRecord candidate_record(const Architectures& space, const Evaluation& born);

/// The trainings of an evaluation, as battery.tasks and their settings; then that on text, where it is read.
using Trainings = std::vector<std::vector<TrainingRecord>>;

/// A finished evaluation, from all of its trainings. `begun` says which it is.
EvaluationRecord finished_record(EvaluationRecord begun, const Battery& battery, const Trainings& trainings,
                                 double feasible_above);

/// What the search is told of a finished evaluation.
Measurement measurement_of(const EvaluationRecord& finished, const CandidateRecord& candidate,
                           const std::vector<Objective>& objectives);

/// The options of a run's search, with what is to be tried again; one that was closed early stays closed there.
SearchOptions search_options(const RunConfig& config, const RunMeta& meta, const Store& store);
std::vector<SeedDesign> seed_designs(const RunConfig& config);

}  // namespace madsearch
