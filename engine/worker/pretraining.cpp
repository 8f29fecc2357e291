#include "engine/worker/pretraining.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "configs/errors.h"
#include "engine/worker/checkpoint.h"
#include "engine/worker/pretraining_plan.h"
#include "engine/worker/rate_tuning.h"
#include "engine/worker/saved_weights.h"
#include "engine/worker/text_training.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

/// Where the final run stands, and its checkpoint file.
class FinalRun {
 public:
  FinalRun(const PretrainingPlan& plan, const PretrainRequest& request, const Runtime& runtime)
      : plan_(plan), request_(request), runtime_(runtime), fingerprint_(fingerprint(plan, request)) {
    if (!request.checkpoint.empty()) begun_ = usable_checkpoint();
  }

  const std::optional<Checkpoint>& begun() const { return begun_; }

  /// Trains to the end at the record's learning rate and scores the result. `watch` runs since this session began.
  void go(PretrainReply& reply, const OnProgress& progress, const Stopwatch& watch) {
    auto& record = reply.record;
    const double earlier = begun_ ? begun_->core_seconds : 0;
    TextTraining training(plan_, request_, runtime_, {record.learning_rate.value()});
    if (begun_) training.optimizer().load(begun_->saved);
    const auto save = [&] {
      write({fingerprint_, record.learning_rate.value(), record.tuning_flops, earlier + watch.core_seconds(),
             training.optimizer().save()});
    };
    if (!begun_) save();
    const bool finite = training.train(plan_.steps, progress, save);
    const auto bits = training.held_out(1, true)[0];
    if (request_.both_halves) {
      const auto selection = training.held_out(0, true)[0];
      reply.selection_bits_per_byte = selection.all;
      reply.selection_bits_per_byte_recall = selection.recall;
    }
    record.core_seconds = earlier + watch.core_seconds();
    if (!finite || !std::isfinite(bits.all + reply.selection_bits_per_byte.value_or(0))) {
      reply.selection_bits_per_byte.reset();
      reply.selection_bits_per_byte_recall.reset();
      record.outcome = Outcome::kDiverged;
      record.message = "the loss was not a finite number";
      return;
    }
    keep_weights(training.model());
    record.bits_per_byte = bits.all;
    record.bits_per_byte_recall = bits.recall;
    record.recall_share = bits.recall_share;
    if (!trouble_.empty()) record.message += (record.message.empty() ? "" : "; ") + trouble_;
  }

 private:
  /// One that is of another budget or text, or cut off, is kept beside, and training begins anew.
  std::optional<Checkpoint> usable_checkpoint() {
    const auto& file = request_.checkpoint;
    try {
      return read_checkpoint(file, fingerprint_);
    } catch (const ConfigError& error) {
      const auto beside = file + ".unused";
      std::error_code failed;
      std::filesystem::rename(file, beside, failed);
      trouble_ = error.what() + std::string("; training began anew");
      if (!failed) trouble_ += ", and the file is now " + beside;
      return std::nullopt;
    }
  }

  void write(const Checkpoint& checkpoint) {
    if (request_.checkpoint.empty()) return;
    try {
      write_checkpoint(request_.checkpoint, checkpoint);
    } catch (const std::runtime_error& error) {  // a full disk costs the checkpoint, not the run
      trouble_ = error.what();
    }
  }

  void keep_weights(const Model& model) {
    if (request_.weights.empty()) return;
    try {
      save_weights(request_.weights, model, plan_.scaled.genome);
    } catch (const std::runtime_error& error) {  // a full disk costs the weights, not the result
      trouble_ = error.what();
    }
  }

  const PretrainingPlan& plan_;
  const PretrainRequest& request_;
  const Runtime& runtime_;
  std::uint64_t fingerprint_;
  std::optional<Checkpoint> begun_;  // of an earlier session
  std::string trouble_;              // why the last checkpoint that failed, or the weights, were not written
};

void run(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress, const Stopwatch& watch,
         PretrainReply& reply) {
  auto& record = reply.record;
  const auto plan = plan_of(request);
  describe(plan, request, record);
  check(plan, request);
  if (request.plan_only) {
    reply.memory_bytes = std::llround(TextTraining(plan, request, runtime, request.learning_rates).memory_bytes());
    return;
  }
  FinalRun final_run(plan, request, runtime);
  if (const auto& begun = final_run.begun()) {
    record.learning_rate = begun->learning_rate;
    record.tuning_flops = begun->tuning_flops;
  } else if (const auto rate = tuned_rate(plan, request, runtime, progress, record.tuning_flops)) {
    record.learning_rate = *rate;
  } else {
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number at any learning rate";
    return;
  }
  final_run.go(reply, progress, watch);
}

}  // namespace

PretrainReply pretrain(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress) {
  PretrainReply reply{.id = request.id};
  auto& record = reply.record;
  record.text = request.design;
  const Stopwatch watch(runtime);
  std::string why;
  try {
    catch_outcome(record.outcome, why, [&] {
      record.hash = hash(parse_expanded(request.design));
      run(request, runtime, progress, watch, reply);
    });
  } catch (const NoRoom& no_room) {
    reply.refused = true;
    record.outcome = Outcome::kOutOfMemory;
    why = to_text(no_room);
  }
  if (!why.empty()) record.message = why;
  record.core_seconds = std::max(record.core_seconds, watch.core_seconds());
  return reply;
}

}  // namespace madsearch
