#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/training/early_stop.h"
#include "engine/training/pretrain_setup.h"
#include "mad_tasks/battery.h"
#include "results/records.h"
#include "results/scoring.h"

namespace madsearch {

// What coordinator and workers say to each other: JSON, one object a line, beginning {"type": ..., "attempt": ...}. The
// other side's first line is a Hello; it is a worker, which computes one request at a time, or a pool, which hands many
// on (docs/architecture.md). Each Request is an attempt, which Started, any number of Progress lines, Memory and one
// Reply are about, or Lost. A Ping is answered by a Pong at once, also while a request is computed.
// A type that is added needs its name (kType), a place in one of the variants below and its fields in message_fields.h.

/// Raised whenever a line changes. Coordinator and worker must have the same.
inline constexpr int kMessagesVersion = 12;

struct Hello {
  static constexpr std::string_view kType = "hello";
  std::string version;   // of the software, with build facts
  std::string revision;  // the commit it was built from (engine/version.h)
  int messages = kMessagesVersion;
  int scoring = kScoring;
  std::string built_for;   // features of processors that its kernels use, "avx2 fma"; "" if they run on all of a kind
  std::string processor;   // those of them that its machine has
  std::string device;      // "cpu", "cuda:0 NVIDIA ..."
  std::string host;        // the machine's name
  std::int64_t slots = 1;  // 1: a worker; else a pool with so many at first, mostly 0
  std::int64_t memory_bytes = 0;  // of its device, that it may take (memory_share.h)
  std::int64_t free_bytes = 0;    // of them, not in use by anybody
};

/// How many requests a pool computes at once from now on.
struct Slots {
  static constexpr std::string_view kType = "slots";
  std::int64_t slots = 0;
};

struct Ping {
  static constexpr std::string_view kType = "ping";
};

struct Pong {
  static constexpr std::string_view kType = "pong";
};

/// An attempt begins to be computed, and its time with it. A pool says where; of a worker its hello has said that.
struct Started {
  static constexpr std::string_view kType = "started";
  std::string host;
  std::string device;
  std::string processor;
};

/// A pool's attempt came to nothing through no fault of what was asked: its worker died, its node is gone.
struct Lost {
  static constexpr std::string_view kType = "lost";
  std::string why;  // what follows "worker 2 (slurm on node7)" in a sentence
};

/// Said to a pool: nobody waits for the attempt any more.
struct Cancel {
  static constexpr std::string_view kType = "cancel";
};

/// What the worker's process holds of its machine's memory; said before each answer.
struct Memory {
  static constexpr std::string_view kType = "memory";
  std::int64_t resident_bytes = 0;
  std::int64_t peak_bytes = 0;  // the most that it has held
};

/// How far a request is.
struct Progress {
  static constexpr std::string_view kType = "progress";
  std::string id;
  std::int64_t step = 0;
  std::int64_t steps = 0;
  double loss = 0;
  double accuracy = 0;
};

struct TrainReply;
struct PretrainReply;
struct BenchReply;
struct ExamineReply;

/// Train one design on one setting, with each point of a grid: R replicas.
struct TrainRequest {
  static constexpr std::string_view kType = "train";
  using Answer = TrainReply;
  std::string id;
  std::string design;  // sized text: no `auto`
  BatterySetting setting;
  std::vector<GridPoint> grid;
  bool extend = true;      // try the rate beyond a best one at the grid's end
  std::uint64_t seed = 0;  // of data, weights and order
  std::int64_t width = 0;
  Protocol protocol = Protocol::kMadsearch;
  std::string norm = "rmsnorm";
  std::int64_t evaluate_every = 0;
  double seconds_limit = 0;  // 0: none; a guard against hangs, yields timed_out
  bool early_stop = true;    // false: only a perfect score ends it
  bool distil = false;       // score the chosen replica once more, its long convolutions distilled
};

/// Train one design on real text.
struct PretrainRequest {
  static constexpr std::string_view kType = "pretrain";
  using Answer = PretrainReply;
  std::string id;
  std::string design;           // canonical text; sized by the worker at the pretraining width
  std::string data;             // a folder of texts or of token shards (engine/text/corpus.h)
  std::int64_t vocabulary = 0;  // of token shards without a header (nanoGPT); 0 otherwise
  std::string separator;        // between documents in token shards: an id, "none", or "" for the format's own
  double bytes_per_token = 0;   // of token shards, which do not tell; needed for bits per byte
  double flops = 0;             // training FLOPs of the final run
  std::int64_t parameters = 0;  // target without embeddings; the width is chosen to reach it
  std::int64_t base_width =
      0;                    // where `heads` were chosen: they grow with the width, head size constant; 0: as written
  std::int64_t repeat = 1;  // times the stripe is repeated
  std::int64_t length = 0;
  std::int64_t batch = 0;
  std::vector<double> learning_rates;  // tried at setup.tuning of the budget each, by half of the held-out documents
  PretrainSetup setup;
  std::uint64_t seed = 0;
  double max_epochs = 4;
  std::string checkpoint;  // a file to write and resume from; "" for none
  std::string weights;     // a file for what is trained in the end (engine/export/weights.h); "" for none
  bool plan_only = false;  // read the data and say what would be done; the record has no bits per byte
  /// Score the result on the half of the held-out documents that rates are compared on, too: a search chooses by it.
  bool both_halves = false;
};

/// Time training steps (forward, backward, optimizer) of designs beside attention of the same shape.
struct BenchRequest {
  static constexpr std::string_view kType = "bench";
  using Answer = BenchReply;
  std::string id;
  std::vector<std::string> designs;  // texts; `auto` is solved at `width`
  std::int64_t width = 0;
  std::int64_t length = 0;
  std::int64_t batch = 0;
  std::int64_t replicas = 1;
  std::int64_t steps = 0;  // 0: none is timed, and their memory foretold all the same
};

/// Compare forward and backward of one primitive's block at its defaults: in float32 on the worker's device, in float64
/// on the CPU.
struct ExamineRequest {
  static constexpr std::string_view kType = "examine";
  using Answer = ExamineReply;
  std::string id;
  std::string primitive;
  std::int64_t width = 0;
  std::int64_t length = 0;
  std::int64_t batch = 0;
  std::int64_t replicas = 0;
  std::int64_t repeats = 0;  // of the timing
};

/// The chosen replica with recurrences in place of its long filters (primitives/layers/distillation.h) wherever they
/// carry less than the past.
struct DistilledScore {
  std::int64_t state_exact = 0;  // numbers a sequence at the setting's length, as trained
  std::int64_t state = 0;        // the same, distilled
  double validation_b = 0;       // what the record's becomes
  double test = 0;
};

/// What one replica showed at each look.
struct Curve {
  GridPoint point;
  std::vector<Look> looks;
};

struct TrainReply {
  static constexpr std::string_view kType = "trained";
  TrainingRecord record;      // its id is the request's
  std::vector<Curve> curves;  // of every replica as far as it was trained, an added one last
  DistilledScore distilled;   // zeros unless asked for and the outcome is ok
  bool refused = false;       // out_of_memory without a try: the worker can't have as much as it needs
};

struct PretrainReply {
  static constexpr std::string_view kType = "pretrained";
  std::string id;
  PretrainingRecord record;
  // On the other half of the held-out documents, where `both_halves` asked for it and the outcome is ok.
  std::optional<double> selection_bits_per_byte;
  std::optional<double> selection_bits_per_byte_recall;  // nothing of fewer than 1,000 targets
  std::int64_t memory_bytes = 0;  // predicted of its device's, as rates would be tried there; of a plan
  bool refused = false;           // as TrainReply's
};

struct BenchRow {
  std::string design;
  std::int64_t width = 0;
  std::int64_t length = 0;
  std::int64_t batch = 0;
  double milliseconds = 0;        // a step, median
  double gflops = 0;              // FLOPs of a step as worker/bench.cpp counts them / time
  double share_of_peak = 0;       // of BenchReply::peak_gflops
  double ratio_to_attention = 0;  // time / time of transformer++ of as many blocks
  double peak_memory_mib = 0;     // above what the process held before
  double predicted_mib = 0;       // the same, foretold from a step on a few sequences (worker/predicted_memory.h)
};

struct BenchReply {
  static constexpr std::string_view kType = "benched";
  std::string id;
  double peak_gflops = 0;  // of a 1024 x 1024 x 1024 matrix product in the same run
  std::vector<BenchRow> rows;
};

struct ExamineReply {
  static constexpr std::string_view kType = "examined";
  std::string id;
  double output_error = 0;           // largest difference relative to the largest entry, as worker/examination.h says
  double gradient_error = 0;         // the same of the gradient that differs most
  std::string gradient;              // which one that is: "input" or a parameter's name
  double milliseconds = 0;           // forward and backward in float32 on the device, median
  double autocast_output_error = 0;  // on a GPU: of the outputs under bf16 autocast, as trainings compute there
  double autocast_gradient_error = 0;
  std::string autocast_gradient;
  std::string unrecorded;            // on a GPU: why they cannot be recorded as a CUDA graph; else empty
  double recorded_error = 0;         // of the graph, replayed: the larger of both errors
  double recorded_milliseconds = 0;  // of a replay, median; 0: none was
  std::string unrepeated;  // what had other bits when it was computed again, "output" or as `gradient`; else empty
};

/// A request that has no other answer, or a line that was no request.
struct ErrorReply {
  static constexpr std::string_view kType = "error";
  std::optional<std::string> id;  // the request's; none where the line had none
  std::string error;              // a sentence for people
};

using Request = std::variant<TrainRequest, PretrainRequest, BenchRequest, ExamineRequest>;
using Reply = std::variant<TrainReply, PretrainReply, BenchReply, ExamineReply, ErrorReply>;
using Message = std::variant<Hello, Slots, Ping, Pong, Started, Lost, Cancel, Memory, Progress, Request, Reply>;

/// A message and the attempt that it is about. The coordinator gives each attempt a number of its own, so that what
/// comes late or twice is no other attempt's.
struct MessageLine {
  Message message;
  std::int64_t attempt = 0;  // 0: none
};

std::string id_of(const Request& request);
std::string id_of(const Reply& reply);  // "" of an error without a request

/// The reply as a `Kind`; throws std::runtime_error with the worker's sentence if it is an error instead.
template <class Kind>
const Kind& reply_as(const Reply& reply) {
  if (const auto* kind = std::get_if<Kind>(&reply)) return *kind;
  const auto* error = std::get_if<ErrorReply>(&reply);
  throw std::runtime_error(error ? error->error : "an answer of another kind than was asked for");
}

/// The message as JSON, without the newline at its end. Letters that are no UTF-8 are replaced.
std::string to_line(const Message& message, std::int64_t attempt = 0);
/// Reads a line; keys that are not known are ignored. Of a Hello of another kMessagesVersion only that is read. Throws
/// std::invalid_argument, naming what is wrong, for what is no message.
MessageLine from_line(const std::string& line);
/// What can be said about a line that couldn't be read, to whoever waits for its answer.
MessageLine error_at(const std::string& line, const std::string& error);

}  // namespace madsearch
