#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace madsearch {

/// How a training or an evaluation ended. A candidate's failure is data.
enum class Outcome { kOk, kDiverged, kOutOfMemory, kTimedOut, kFailed, kLost };
std::string to_text(Outcome outcome);           // "ok", "diverged", "out_of_memory", "timed_out", "failed", "lost"
Outcome outcome_from(const std::string& text);  // throws std::invalid_argument
/// Whether what ended so would end so on any machine. Anything else may be tried again: others have more memory.
bool is_final(Outcome outcome);

/// What an evaluation is for: a cheap look, the search's score, fresh seeds for the front, real text, the seeds of a
/// member of the front for the same design without convolutions.
enum class Rung { kProbe, kBattery, kConfirm, kPretrain, kCounterfactual };
std::string to_text(Rung rung);           // "probe", "battery", "confirm", "pretrain", "counterfactual"
Rung rung_from(const std::string& text);  // throws std::invalid_argument
/// Whether it is on fresh seeds, which come once the search is over.
inline bool is_fresh(Rung rung) { return rung == Rung::kConfirm || rung == Rung::kCounterfactual; }

/// Whether an evaluation of this rung trains on text beside its battery, if the run has one: what stands on a front.
inline bool may_read_text(Rung rung) { return rung == Rung::kBattery || rung == Rung::kConfirm; }

/// One architecture that was met in a run.
struct CandidateRecord {
  std::string hash;                  // of the expanded text with all knobs, 16 hex digits
  std::string text;                  // expanded; up to scoring 1 the short one
  std::string origin;                // "seed:mamba", "random", "crossover+replace", ...
  std::vector<std::string> parents;  // hashes
  // Costs at the battery's width and longest length.
  std::int64_t parameters = 0;
  std::int64_t active_parameters = 0;  // those that one token uses
  std::int64_t flops = 0;              // forward, one sequence
  std::int64_t state_exact = 0;        // all numbers that a sequence carries on
  std::int64_t state_mad = 0;          // the same by the convention of the MAD paper
  // Where the search counts state (RunMeta::state_length): what its objectives and limits see.
  std::int64_t served_state = 0;
  std::int64_t served_state_mad = 0;
  std::int64_t born = 0;  // number of the evaluation that introduced it
};

/// How well held-out text is predicted after a small pretraining that is trained beside a battery, in bits a byte. A
/// search sees the first two, which are of other documents than the last two. Absent where there is no text.
struct TextBits {
  std::optional<double> bits_per_byte;
  std::optional<double> bits_per_byte_recall;  // over the recall slice, as PretrainingRecord's
  std::optional<double> test_bits_per_byte;
  std::optional<double> test_bits_per_byte_recall;
};

/// Who computed a result, when and where, as the coordinator saw it. Absent: not recorded (by older versions).
struct Provenance {
  std::optional<double> started;     // seconds since 1970, of the attempt that was answered
  std::optional<double> seconds;     // wall clock, from the request to its answer
  std::optional<std::int64_t> slot;  // 1, 2, ... of the session
  std::optional<std::string> device;
  std::optional<std::string> host;
  std::optional<std::string> revision;  // the commit that the worker was built from
};

/// One training of one setting, as the worker replied. What was not measured is absent, never 0.
struct TrainingRecord {
  std::string id;  // "HASH/RUNG/SEED/TASK/INDEX": idempotent key
  std::string task;
  std::int64_t setting = 0;  // index within the task in the battery
  Outcome outcome = Outcome::kOk;
  // Accuracies, 0..1, of the chosen grid point; only where the outcome is ok.
  std::optional<double> validation_a;
  std::optional<double> validation_b;
  std::optional<double> test;
  std::optional<double> test_macro;     // the reference's own accuracy: a mean of means (worker/metrics.h)
  std::optional<double> test_loss;      // nats
  std::optional<double> learning_rate;  // of the chosen grid point
  std::optional<double> weight_decay;
  bool edge = false;           // the best learning rate lies at the end of those tried
  std::int64_t trainings = 0;  // replicas: the grid's points, and the one beyond its edge if it was tried
  std::int64_t steps = 0;      // optimizer steps done, over all replicas
  double core_seconds = 0;
  std::string message;  // why, if not ok
  Provenance provenance;
  TextBits text;  // of a training on text, which has no accuracies
};

/// The task of a training on text, in its id and record.
inline const std::string kTextTask = "text";

/// A training and the number of the evaluation that it is of.
struct PlacedTraining {
  TrainingRecord record;
  std::int64_t evaluation = 0;
};

/// Evaluation `number` of a run: one candidate at one rung on one seed set.
struct EvaluationRecord {
  std::int64_t number = 0;
  std::string hash;
  Rung rung = Rung::kProbe;
  std::int64_t seed_set = 0;  // 0 for search; 1, 2, ... fresh ones for confirm
  bool finished = false;
  Outcome outcome = Outcome::kOk;
  // Of a finished one whose outcome is ok.
  std::optional<double> score;       // 0..1; selection (validation-B) at probe and battery, at confirm too
  std::optional<double> test_score;  // the same of the test split, reported only
  std::optional<double> violation;   // of feasibility, 0 if feasible

  double core_seconds = 0;
  std::string tasks_json;  // {"in-context-recall": {"score": .., "settings": [..]}, ...}
  std::int64_t retry = 0;  // 1, 2, ... of an evaluation that was asked for again after it had failed
  TextBits text;           // of its training on text, if the run has one
};

/// One design pretrained for real.
struct PretrainingRecord {
  std::string hash;
  std::string text;
  std::string role;  // "front", "control", "pair", ...
  Outcome outcome = Outcome::kOk;
  std::optional<double> bits_per_byte;         // as the three below only where the outcome is ok
  std::optional<double> bits_per_byte_recall;  // over the targets that end an n-gram which was in the window before
                                               // and is rare in the training text; nothing of fewer than 1,000
  std::optional<double> recall_share;          // of all targets
  std::optional<double> learning_rate;         // the best one
  double flops = 0;                            // of the final training
  double tuning_flops = 0;                     // of trying learning rates
  double epochs = 0;
  std::int64_t parameters = 0;
  std::int64_t tokens = 0;
  std::int64_t width = 0;
  std::int64_t length = 0;
  std::int64_t state = 0;  // exact
  double core_seconds = 0;
  std::string message;               // why, if not ok
  std::optional<std::string> data;   // fingerprint of the text that it was trained on
  std::optional<std::string> setup;  // how: records of equal data and setup compare
  Provenance provenance;
};

/// The id of a design's pretraining in requests and attempts.
inline std::string pretraining_id(const std::string& hash) { return "pretrain/" + hash; }

}  // namespace madsearch
