#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace madsearch {

/// How a training or an evaluation ended. A candidate's failure is data.
enum class Outcome { kOk, kDiverged, kOutOfMemory, kTimedOut, kFailed, kLost };
std::string to_text(Outcome outcome);           // "ok", "diverged", "out_of_memory", "timed_out", "failed", "lost"
Outcome outcome_from(const std::string& text);  // throws std::invalid_argument

enum class Rung { kProbe, kBattery, kConfirm, kPretrain };
std::string to_text(Rung rung);  // "probe", "battery", "confirm", "pretrain"
Rung rung_from(const std::string& text);

/// One architecture that was met in a run.
struct CandidateRecord {
  std::string hash;                                               // of the expanded text with all knobs, 16 hex digits
  std::string text;                                               // canonical
  std::string origin;                                             // "seed:mamba", "random", "crossover+replace", ...
  std::vector<std::string> parents;                               // hashes
  std::int64_t parameters = 0, active_parameters = 0, flops = 0;  // at the battery's width and longest length
  std::int64_t state_exact = 0, state_mad = 0;
  std::int64_t born = 0;  // number of the evaluation that introduced it
};

/// One training of one setting, as the worker replied.
struct TrainingRecord {
  std::string id;  // "HASH/RUNG/SEED/TASK/INDEX": idempotent key
  std::string task;
  std::int64_t setting = 0;  // index within the task in the battery
  Outcome outcome = Outcome::kOk;
  double validation_a = 0, validation_b = 0, test = 0, test_macro = 0, test_loss = 0;
  double learning_rate = 0, weight_decay = 0;  // of the chosen grid point
  bool edge = false;                           // the best learning rate lies at the end of those tried
  std::int64_t trainings = 0;  // replicas: the grid's points, and the one beyond its edge if it was tried
  std::int64_t steps = 0;      // optimizer steps done, over all replicas
  double core_seconds = 0;
  std::string message;  // why, if not ok
};

/// Evaluation number m of a run: one candidate at one rung on one seed set.
struct EvaluationRecord {
  std::int64_t number = 0;
  std::string hash;
  Rung rung = Rung::kProbe;
  std::int64_t seed_set = 0;  // 0 for search; 1, 2, ... fresh ones for confirm
  bool finished = false;
  Outcome outcome = Outcome::kOk;
  double score = 0;       // 0..1; selection (validation-B) at probe and battery, at confirm too
  double test_score = 0;  // the same of the test split, reported only
  double violation = 0;   // of feasibility, 0 if feasible
  double core_seconds = 0;
  std::string tasks_json;  // {"in-context-recall": {"score": .., "settings": [..]}, ...}
};

/// One design pretrained for real.
struct PretrainingRecord {
  std::string hash, text, role;  // role: "front", "control", "pair", ...
  Outcome outcome = Outcome::kOk;
  double bits_per_byte = 0, bits_per_byte_recall = 0;
  double learning_rate = 0, flops = 0, tuning_flops = 0, epochs = 0;
  std::int64_t parameters = 0, tokens = 0, width = 0, length = 0, state = 0;
  double core_seconds = 0;
  std::string message;
};

}  // namespace madsearch
