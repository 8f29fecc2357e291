#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/training/early_stop.h"
#include "mad_tasks/battery.h"
#include "results/records.h"

namespace madsearch {

inline constexpr int kProtocolVersion = 4;

// Lines of JSON between coordinator and worker, one object a line, "type" first. The worker's first line is a Hello;
// then requests are answered one at a time by any number of Progress lines and one Reply. "ping" is answered by "pong"
// also while training.

struct Hello {
  std::string version;  // of the software, with build facts
  int protocol = kProtocolVersion;
  std::string device;  // "cpu", "cuda:0 NVIDIA ..."
  std::int64_t memory_bytes = 0, free_bytes = 0;
};

/// One design, one setting, its grid: R replicas.
struct TrainRequest {
  std::string id;
  std::string design;  // sized text: no `auto`
  BatterySetting setting;
  std::vector<GridPoint> grid;
  std::uint64_t seed = 0;  // of data, weights and order
  std::int64_t width = 0;
  Protocol protocol = Protocol::kMadsearch;
  std::string norm = "rmsnorm";
  std::int64_t evaluate_every = 0;
  double seconds_limit = 0;  // 0: none; a guard against hangs, yields timed_out
  bool early_stop = true;    // false: only a perfect score ends it, and the reply holds its curves
  bool distil = false;       // score the chosen replica once more, its long convolutions distilled
};

struct PretrainRequest {
  std::string id;
  std::string design;           // canonical text; sized by the worker at the pretraining width
  std::string data;             // a folder of texts or of token shards (engine/text/corpus.h)
  std::int64_t vocabulary = 0;  // of token shards without a header (nanoGPT); 0 otherwise
  std::int64_t separator = 0;   // id between documents in token shards; 0: the vocabulary's last (GPT-2)
  double bytes_per_token = 0;   // of token shards, which do not tell; needed for bits per byte
  double flops = 0;             // training FLOPs of the final run
  std::int64_t parameters = 0;  // target without embeddings; the width is chosen to reach it
  std::int64_t base_width =
      0;                    // where `heads` were chosen: heads grow with the width, head size constant; 0: as written
  std::int64_t repeat = 1;  // times the stripe is repeated
  std::int64_t length = 0, batch = 0;
  std::vector<double> learning_rates;  // tried at 10 % of the budget each, best one on half the held-out documents
  std::uint64_t seed = 0;
  double max_epochs = 4;
  std::string checkpoint;  // a file to write and resume from; "" for none
};

struct Progress {
  std::string id;
  std::int64_t step = 0, steps = 0;
  double loss = 0, accuracy = 0;
};

/// Times training steps (forward, backward, optimizer) of designs beside attention of the same shape.
struct BenchRequest {
  std::string id;
  std::vector<std::string> designs;  // texts; `auto` is solved at `width`
  std::int64_t width = 0, length = 0, batch = 0, steps = 0;
};

struct BenchRow {
  std::string design;
  std::int64_t width = 0, length = 0, batch = 0;
  double milliseconds = 0;        // a step, median
  double gflops = 0;              // FLOPs of a step as worker/bench.cpp counts them / time
  double share_of_peak = 0;       // of BenchReply::peak_gflops
  double ratio_to_attention = 0;  // time / time of transformer++ of as many blocks
  double peak_memory_mib = 0;     // above what the process held before
};

struct BenchReply {
  std::string id;
  double peak_gflops = 0;  // of a 1024 x 1024 x 1024 matrix product in the same run
  std::vector<BenchRow> rows;
};

/// Forward and backward of one primitive's block at its defaults: in float32 on the worker's device, in float64 on the
/// CPU.
struct ExamineRequest {
  std::string id;
  std::string primitive;
  std::int64_t width = 0, length = 0, batch = 0, replicas = 0;
  std::int64_t repeats = 0;  // of the timing
};

struct ExamineReply {
  std::string id;
  double output_error = 0,
         gradient_error = 0;         // largest difference relative to the largest entry, as worker/examination.h says
  std::string gradient;              // the one that differs most: "input" or a parameter's name
  double milliseconds = 0;           // forward and backward in float32 on the device, median
  std::string unrecorded;            // on a GPU: why they cannot be recorded as a CUDA graph; else empty
  double recorded_error = 0;         // of the graph, replayed: the larger of both errors
  double recorded_milliseconds = 0;  // of a replay, median; 0: none was
};

/// The chosen replica with recurrences in place of its long filters (primitives/layers/distillation.h) wherever they
/// carry less than the past.
struct DistilledScore {
  std::int64_t state_exact = 0, state = 0;  // numbers a sequence at the setting's length: as trained, and so distilled
  double validation_b = 0, test = 0;        // what the record's become
};

/// What one replica showed at each look.
struct Curve {
  GridPoint point;
  std::vector<Look> looks;
};

struct TrainReply {
  TrainingRecord record;      // its id is the request's
  std::vector<Curve> curves;  // of every replica, an added one last; empty with early_stop
  DistilledScore distilled;   // zeros unless asked for and the outcome is ok
};
struct PretrainReply {
  std::string id;
  PretrainingRecord record;
};

/// A message of any kind. Exactly one member besides `type` is set.
struct Message {
  enum class Type {
    kHello,
    kTrain,
    kPretrain,
    kProgress,
    kTrained,
    kPretrained,
    kBench,
    kBenched,
    kPing,
    kPong,
    kError,
    kExamine,
    kExamined
  };
  Type type = Type::kPing;
  std::optional<Hello> hello;
  std::optional<TrainRequest> train;
  std::optional<PretrainRequest> pretrain;
  std::optional<Progress> progress;
  std::optional<TrainReply> trained;
  std::optional<PretrainReply> pretrained;
  std::optional<BenchRequest> bench;
  std::optional<BenchReply> benched;
  std::string error;  // kError: what was wrong with a request
  std::optional<ExamineRequest> examine;
  std::optional<ExamineReply> examined;
};

std::string to_line(const Message& message);  // without the newline
/// Throws std::invalid_argument for what is no message.
Message from_line(const std::string& line);

}  // namespace madsearch
