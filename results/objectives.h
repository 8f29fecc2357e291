#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "results/front.h"
#include "results/records.h"

namespace madsearch {

/// What a search minimises: two or three of score, bits a byte, state, parameters, flops. The score enters as 1 -
/// score, bits as they are, sizes as log10(1 + size). The hypervolume is a share of the box between `best` and `worst`.
struct Objective {
  std::string name;
  // bounds of the box, in minimised units
  double best = 0;
  double worst = 1;
};

/// Names allowed in a configuration, in order.
std::vector<std::string> objective_names();
/// `most`: the largest size of the box (default: 10^6 numbers of state, 10^9 parameters, 10^13 FLOPs). The box begins
/// at 100 numbers of state, 1000 parameters or 10^5 FLOPs, and at 0 where the largest is no more than that. Of bits a
/// byte it is 1..4. Throws std::invalid_argument for an unknown name.
Objective objective(const std::string& name, double most = 0);

/// What was measured of a candidate; its sizes are computed.
struct Measured {
  double score = 0;
  std::optional<double> bits_per_byte;  // of a small pretraining beside the battery; needed where it is an objective
  std::optional<double> bits_per_byte_recall;
};
Measured measured(const EvaluationRecord& finished);  // of one whose outcome is ok

// Kinds of objectives, by their names.
bool is_bits(const std::string& objective);  // a byte of text
bool is_size(const std::string& objective);

/// A candidate's size by the name of an objective that is one.
std::int64_t size_of(const std::string& name, const CandidateRecord& candidate);

/// What was measured, by the name of an objective that is no size; NaN of what was not.
double measured_as(const std::string& name, const Measured& measured);

/// Values of one candidate in minimised units.
Objectives values(const std::vector<Objective>& objectives, const CandidateRecord& candidate, const Measured& measured);
/// The same point with something else measured.
Objectives with_measured(const std::vector<Objective>& objectives, Objectives point, const Measured& measured);

/// The hypervolume of `points` as a share of the box, 0..1. Points that are better than the box count as if on its
/// edge, points that are worse don't count. Throws std::invalid_argument unless there are two or three objectives.
double hypervolume_share(const std::vector<Objective>& objectives, const std::vector<Objectives>& points);

/// The box for people: "score 0..1, state 100..1000000".
std::string box(const std::vector<Objective>& objectives);

}  // namespace madsearch
