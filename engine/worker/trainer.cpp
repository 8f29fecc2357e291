#include "engine/worker/trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>

#include "engine/training/early_stop.h"
#include "engine/training/learning_rates.h"
#include "engine/worker/examples.h"
#include "engine/worker/metrics.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/training_step.h"
#include "mad_tasks/table.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr double kPerfect = 0.999;  // of a perfect predictor's accuracy, as in the reference

constexpr std::int64_t kEvaluationBatch = 64;

struct TimedOut {};

/// What is known of a grid point.
struct Progressed {
  GridPoint point;
  std::vector<Look> looks;
  bool diverged = false;
  double accuracy = -1, loss = std::numeric_limits<double>::infinity();  // at the kept step
  at::Tensor weights;                                                    // a copy, flat
};

class Training {
 public:
  Training(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress)
      : request_(request),
        runtime_(runtime),
        progress_(progress),
        watch_(runtime),
        mad_lab_(request.protocol == Protocol::kMadLab) {}

  void run(TrainReply& reply) {
    prepare();
    begin(request_.grid);
    loop(reply.record);
    if (const auto beyond = one_more()) {
      begin({*beyond});
      loop(reply.record);
    }
    finish(reply);
  }

 private:
  void prepare();
  void begin(const std::vector<GridPoint>& grid);  // a replica for each point, untrained
  std::optional<GridPoint> one_more() const;       // the rate beyond the grid's edge, if it is to be tried
  const Progressed* chosen() const;                // nothing if all diverged
  void loop(TrainingRecord& record);
  void finish(TrainReply& reply);
  bool look(std::int64_t step, double training_loss);  // true if the training is over
  void drop(const std::vector<bool>& keep);            // by replica
  std::vector<SplitMetrics> evaluate(const Examples& examples, bool with_macro);

  const TrainRequest& request_;
  const Runtime& runtime_;
  const OnProgress& progress_;
  Stopwatch watch_;
  const bool mad_lab_;
  double chance_ = 0, oracle_ = 1;  // accuracies
  Seed seed_;
  std::unique_ptr<Generator> generator_;
  std::optional<Examples> training_, validation_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<AdamW> optimizer_;
  std::unique_ptr<TrainingStep> step_;
  std::vector<Progressed> points_;  // by grid point
  std::vector<std::size_t> alive_;  // grid point of each replica
  std::int64_t steps_ = 0, every_ = 0;
};

void Training::prepare() {
  const auto& setting = request_.setting;
  const auto& values = setting.setting.values;
  const auto* task = find_task(setting.setting.task);
  if (!task) throw std::invalid_argument("unknown task \"" + setting.setting.task + "\"");
  if (const auto why = task->valid(values); !why.empty())
    throw std::invalid_argument(setting.setting.task + ": " + why);
  if (request_.grid.empty() || setting.steps < 1 || setting.batch < 1)
    throw std::invalid_argument("a training needs a grid, steps and a batch");
  chance_ = task->chance(values);
  oracle_ = task->oracle(values, request_.protocol);
  seed_ = Seed{request_.seed}.derive(setting.setting.task);
  generator_ = task->prepare(values, seed_.derive("data"), request_.protocol);
  training_.emplace(*generator_, Split::kTrain, setting.train_examples, runtime_.threads);
  validation_.emplace(*generator_, mad_lab_ ? Split::kTest : Split::kValidationA, setting.evaluation_examples,
                      runtime_.threads);
  steps_ = setting.steps;
  const auto epoch = (training_->size() + setting.batch - 1) / setting.batch;
  every_ = request_.evaluate_every > 0 ? request_.evaluate_every
           : mad_lab_                  ? epoch
                                       : std::max<std::int64_t>(1, steps_ / 10);
}

void Training::begin(const std::vector<GridPoint>& grid) {
  const auto& values = request_.setting.setting.values;
  const auto* task = find_task(request_.setting.setting.task);
  ModelOptions options;
  options.width = request_.width;
  options.vocabulary = task->vocabulary(values);
  options.max_length =
      std::max(task->input_length(values), mad_lab_ && values.has("length") ? values.count("length") : 0);
  options.backbone = task->backbone;
  options.protocol = mad_lab_ ? Protocol::kMadLab : Protocol::kMadsearch;
  options.norm = request_.norm;
  options.options = at::TensorOptions().dtype(at::kFloat).device(runtime_.device);
  std::vector<double> rates, decays;
  alive_.clear();
  for (const auto& point : grid) {
    alive_.push_back(points_.size());
    options.seeds.push_back(seed_.derive("weights").derive(points_.size()));
    rates.push_back(point.learning_rate);
    decays.push_back(point.weight_decay);
    points_.push_back({.point = point});
  }
  step_.reset();
  optimizer_.reset();
  model_ = std::make_unique<Model>(parse(request_.design), options);
  AdamW::Options adam;
  adam.beta2 = mad_lab_ ? 0.999 : 0.98;
  adam.decay = mad_lab_ ? Decay::kAll : Decay::kMatrices;
  optimizer_ = std::make_unique<AdamW>(*model_, rates, decays, adam);
  step_ = std::make_unique<TrainingStep>(*model_, *optimizer_, runtime_.recorder);
}

std::optional<GridPoint> Training::one_more() const {
  const auto* best = chosen();
  if (mad_lab_ || !best || best->accuracy >= kPerfect * oracle_) return {};
  return beyond_the_edge(request_.grid, best->point);
}

const Progressed* Training::chosen() const {
  const Progressed* out = nullptr;
  for (const auto& point : points_) {
    if (point.diverged || !point.weights.defined()) continue;
    if (!out || point.accuracy > out->accuracy || (point.accuracy == out->accuracy && point.loss < out->loss))
      out = &point;
  }
  return out;
}

std::vector<SplitMetrics> Training::evaluate(const Examples& examples, bool with_macro) {
  const at::NoGradGuard no_grad;
  std::vector<SplitMetrics> out(static_cast<std::size_t>(model_->replicas()));
  // Under mad-lab an average over batches of the training's size is what is measured; else larger ones are only faster.
  const auto size = mad_lab_ ? request_.setting.batch : std::max(request_.setting.batch, kEvaluationBatch);
  for (std::int64_t first = 0; first < examples.size(); first += size) {
    const auto batch = examples.batch(first, size, runtime_.device);
    if (batch.targets.size(0) == 0) continue;
    const Autocast autocast(runtime_.device);
    const auto metrics = batch_metrics(model_->forward(batch.inputs, batch.scored), batch.targets, with_macro);
    for (std::size_t r = 0; r < out.size(); ++r) out[r].add(metrics[r], batch.inputs.size(0));
  }
  return out;
}

void Training::drop(const std::vector<bool>& keep) {
  std::vector<std::int64_t> index;
  std::vector<std::size_t> alive;
  for (std::size_t r = 0; r < keep.size(); ++r) {
    if (!keep[r]) continue;
    index.push_back(static_cast<std::int64_t>(r));
    alive.push_back(alive_[r]);
  }
  if (index.size() == alive_.size()) return;
  if (!index.empty()) optimizer_->select_replicas(index);
  alive_ = alive;
}

bool Training::look(std::int64_t step, double training_loss) {
  const auto metrics = evaluate(*validation_, mad_lab_);
  bool perfect = false;
  double best = 0;
  for (std::size_t r = 0; r < alive_.size(); ++r) {
    auto& point = points_[alive_[r]];
    const auto accuracy = mad_lab_ ? metrics[r].macro() : metrics[r].micro(), loss = metrics[r].loss();
    if (!std::isfinite(loss)) {
      point.diverged = true;
      continue;
    }
    point.looks.push_back({step, accuracy, loss});
    const auto order = mad_lab_ ? metrics[r].perplexity() : loss;
    const bool better =
        mad_lab_ ? order < point.loss : accuracy > point.accuracy || (accuracy == point.accuracy && order < point.loss);
    if (better) {
      point.accuracy = accuracy;
      point.loss = order;
      point.weights = optimizer_->replica(static_cast<std::int64_t>(r));
    }
    perfect = perfect || accuracy >= kPerfect * (mad_lab_ ? 1.0 : oracle_);
  }
  for (const auto& point : points_)
    if (!point.diverged) best = std::max(best, point.accuracy);  // what diverged is not chosen, so nothing is behind it
  if (progress_) progress_({request_.id, step, steps_, training_loss, best});
  std::vector<bool> keep;
  for (const auto p : alive_) {
    const auto& point = points_[p];
    keep.push_back(!point.diverged &&
                   (mad_lab_ || !request_.early_stop || judge(point.looks, best, steps_, chance_) == Verdict::kGoOn));
  }
  drop(keep);
  return perfect || alive_.empty();
}

void Training::loop(TrainingRecord& record) {
  const auto batch_size = request_.setting.batch, n = training_->size();
  std::vector<std::int64_t> order;
  std::int64_t epoch = 0, next = n;  // where in the order the next batch begins
  for (std::int64_t step = 0; step < steps_; ++step) {
    if (next >= n) {
      order = epoch_order(n, seed_.derive("order"), epoch++);
      next = 0;
    }
    const auto size = std::min(batch_size, n - next);
    const auto batch = training_->batch(order.data() + next, size, runtime_.device);
    next += size;
    const bool looks = (step + 1) % every_ == 0 || step + 1 == steps_;
    double training_loss = 0;
    if (batch.targets.size(0) > 0) {
      const auto losses = (*step_)(batch, schedule(step, steps_, request_.protocol));
      record.steps += static_cast<std::int64_t>(alive_.size());
      // Reading the losses makes a GPU wait, so there it is done at looks only. A NaN stays: which replicas are dropped
      // is the same.
      if (looks || runtime_.device.is_cpu()) {
        const auto values = losses.to(at::kCPU, at::kDouble).contiguous();
        std::vector<bool> keep;
        training_loss = std::numeric_limits<double>::infinity();
        for (std::size_t r = 0; r < alive_.size(); ++r) {
          const auto loss = values.data_ptr<double>()[r];
          keep.push_back(std::isfinite(loss));
          if (!keep.back())
            points_[alive_[r]].diverged = true;
          else
            training_loss = std::min(training_loss, loss);
        }
        drop(keep);
        if (alive_.empty()) return;
      }
    }
    if (looks && look(step + 1, training_loss)) return;
    if (request_.seconds_limit > 0 && watch_.wall_seconds() > request_.seconds_limit) throw TimedOut{};
  }
}

void Training::finish(TrainReply& reply) {
  auto& record = reply.record;
  record.trainings = static_cast<std::int64_t>(points_.size());
  if (!request_.early_stop)
    for (const auto& point : points_) reply.curves.push_back({point.point, point.looks});
  const auto* best = chosen();
  if (!best) {
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number at any grid point";
    return;
  }
  record.learning_rate = best->point.learning_rate;
  record.weight_decay = best->point.weight_decay;
  const auto [least, most] = std::minmax_element(points_.begin(), points_.end(), [](const auto& a, const auto& b) {
    return a.point.learning_rate < b.point.learning_rate;
  });
  const auto low = least->point.learning_rate, high = most->point.learning_rate;
  record.edge = low < high && (record.learning_rate == low || record.learning_rate == high);

  if (optimizer_->replicas() > 1) optimizer_->select_replicas({0});
  optimizer_->restore(0, best->weights);
  const auto examples = [&](Split split) {
    return Examples(*generator_, split, request_.setting.evaluation_examples, runtime_.threads);
  };
  const auto tested = [&] {
    return mad_lab_ ? evaluate(*validation_, true)[0] : evaluate(examples(Split::kTest), true)[0];
  };
  const auto selected = [&](const SplitMetrics& on_test) {
    return mad_lab_ ? on_test.macro() : evaluate(examples(Split::kValidationB), false)[0].micro();
  };
  const auto test = tested();
  record.test = test.micro();
  record.test_macro = test.macro();
  record.test_loss = test.loss();
  record.validation_a = mad_lab_ ? test.macro() : best->accuracy;
  record.validation_b = selected(test);
  if (!request_.distil) return;
  const auto state = model_->distil_filters();
  const auto again = tested();
  reply.distilled = {model_->exact_state(), state, selected(again), again.micro()};
}

}  // namespace

double schedule(std::int64_t step, std::int64_t steps, Protocol protocol) {
  if (protocol == Protocol::kMadLab) return 1;
  const auto warm = static_cast<double>(std::clamp<std::int64_t>(steps / 10, 1, 200)),
             tail = 0.2 * static_cast<double>(steps);
  const auto up = static_cast<double>(step + 1) / warm, down = static_cast<double>(steps - step) / tail;
  return std::min({1.0, up, down});
}

TrainReply train(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress) {
  TrainReply reply;
  auto& record = reply.record;
  record.id = request.id;
  record.task = request.setting.setting.task;
  const Stopwatch watch(runtime);
  try {
    catch_outcome(record.outcome, record.message, [&] { Training(request, runtime, progress).run(reply); });
  } catch (const TimedOut&) {
    record.outcome = Outcome::kTimedOut;
    record.message = "not finished after the limit of " + std::to_string(std::llround(request.seconds_limit)) + " s";
  }
  record.core_seconds = watch.core_seconds();
  return reply;
}

}  // namespace madsearch
