#include "engine/worker/trainer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "engine/training/learning_rates.h"
#include "engine/worker/grid_points.h"
#include "engine/worker/metrics.h"
#include "engine/worker/replicas.h"
#include "engine/worker/room.h"
#include "engine/worker/task_data.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

constexpr double kPerfect = 0.999;  // of a perfect predictor's accuracy, as in the reference
constexpr std::int64_t kEvaluationBatch = 64;
constexpr double kWeightsThatStay = 6;  // values, moments, the best look's; on a GPU rates and decays too

struct TimedOut {};

/// The training examples batch by batch, in an order that each epoch draws anew. The last batch of an epoch is smaller
/// where the examples are no multiple of the size.
class Batches {
 public:
  Batches(const Examples& examples, std::int64_t size, Seed seed, const at::Device& device)
      : examples_(examples), size_(size), seed_(seed), device_(device), next_(examples.size()) {}

  Batch next() {
    const auto n = examples_.size();
    if (next_ >= n) {
      order_ = epoch_order(n, seed_, epoch_++);
      next_ = 0;
    }
    const auto size = std::min(size_, n - next_);
    auto out = examples_.batch(order_.data() + next_, size, device_);
    next_ += size;
    return out;
  }

 private:
  const Examples& examples_;
  std::int64_t size_;
  Seed seed_;
  at::Device device_;
  std::vector<std::int64_t> order_;
  std::int64_t epoch_ = 0;
  std::int64_t next_;  // where in the order the next batch begins
};

/// The replicas of a request in training: those of its grid, then the one beyond the grid's edge if it is tried.
class Training {
 public:
  /// `at_once`: so many replicas at most; becomes as many as had room.
  Training(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress, std::int64_t& at_once);
  void run(TrainReply& reply);

 private:
  void begin(const std::vector<GridPoint>& grid);  // a replica for each point, untrained
  TrainingMemory predicted(const ReplicaPlan& plan);
  std::optional<GridPoint> one_more() const;  // the rate beyond the grid's edge, if it is to be tried
  void train(TrainingRecord& record);
  double drop_diverged(const at::Tensor& losses);                                  // returns the least finite loss
  bool look(std::int64_t step, double training_loss);                              // true if the training is over
  bool note(std::int64_t step, std::size_t replica, const SplitMetrics& metrics);  // true if the replica is perfect
  void note_progress();
  double progress(const Progressed& point, double (*accuracy)(const Progressed&, std::size_t)) const;
  const Progressed* best_point() const;
  bool hopeful(const Progressed& point, double best) const;
  void drop(const std::vector<bool>& keep);  // by replica
  std::int64_t look_batch() const;           // examples
  std::vector<BatchMetrics> metrics(const Batch& batch, bool with_macro);
  std::vector<SplitMetrics> evaluate(const Examples& examples, bool with_macro);
  SplitMetrics tested();                         // by replica 0
  double selected(const SplitMetrics& on_test);  // the accuracy at the kept step that a battery scores by
  void finish(TrainReply& reply);
  void score(const Progressed& best, TrainReply& reply);

  const TrainRequest& request_;
  const Runtime& runtime_;
  const OnProgress& progress_;
  std::int64_t& at_once_;
  Stopwatch watch_;
  const bool mad_lab_;
  const bool by_progress_;  // validation-B is looked at too
  const TaskData data_;
  std::optional<Examples> validation_b_;
  std::int64_t steps_ = 0;  // of a replica
  std::int64_t every_ = 0;  // steps between looks
  std::unique_ptr<Replicas> replicas_;
  std::vector<Progressed> points_;  // by grid point
  std::vector<std::size_t> alive_;  // grid point of each replica
};

Training::Training(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress,
                   std::int64_t& at_once)
    : request_(request),
      runtime_(runtime),
      progress_(progress),
      at_once_(at_once),
      watch_(runtime),
      mad_lab_(request.protocol == Protocol::kMadLab),
      by_progress_(request.setting.measure == Measure::kProgress),
      data_(request, runtime.threads),
      steps_(request.setting.steps) {
  const auto batch = request.setting.batch;
  const auto epoch = (data_.training().size() + batch - 1) / batch;
  every_ = request.evaluate_every > 0 ? request.evaluate_every
           : mad_lab_                 ? epoch
                                      : std::max<std::int64_t>(1, steps_ / 10);
  if (by_progress_) validation_b_ = data_.held_out(Split::kValidationB);
}

void Training::run(TrainReply& reply) {
  begin(request_.grid);
  train(reply.record);
  if (const auto beyond = one_more()) {
    begin({*beyond});
    train(reply.record);
  }
  finish(reply);
}

void Training::begin(const std::vector<GridPoint>& grid) {
  const auto& values = request_.setting.setting.values;
  const auto& task = data_.task();
  ModelOptions options;
  options.width = request_.width;
  options.vocabulary = task.vocabulary(values);
  options.max_length =
      std::max(task.input_length(values), mad_lab_ && values.has("length") ? values.count("length") : 0);
  options.backbone = task.backbone;
  options.protocol = mad_lab_ ? Protocol::kMadLab : Protocol::kMadsearch;
  options.norm = request_.norm;
  options.options = at::TensorOptions().dtype(at::kFloat).device(runtime_.device);
  std::vector<double> rates;
  std::vector<double> decays;
  alive_.clear();
  for (const auto& point : grid) {
    alive_.push_back(points_.size());
    options.seeds.push_back(data_.seed().derive("weights").derive(points_.size()));
    rates.push_back(point.learning_rate);
    decays.push_back(point.weight_decay);
    points_.push_back({.point = point});
  }
  AdamW::Options adam;
  adam.beta2 = mad_lab_ ? 0.999 : 0.98;
  adam.decay = mad_lab_ ? Decayed::kAll : Decayed::kMatrices;
  const auto genome = parse_expanded(request_.design);
  const auto make = [&](const ReplicaPlan& plan) {
    replicas_.reset();
    replicas_ = std::make_unique<Replicas>(genome, options, rates, decays, adam, plan);
  };
  const auto memory = [&](const ReplicaPlan& plan) { return predicted(plan); };
  const auto all = static_cast<std::int64_t>(alive_.size());
  const auto form =
      fit({make, memory, [] { return 1; }},
          {std::min(all, at_once_), {runtime_.recorder, data_.training().most_scored(request_.setting.batch)}},
          runtime_.memory_bytes(), runtime_.device.is_cpu());
  if (all > 1) at_once_ = form.at_once;
}

TrainingMemory Training::predicted(const ReplicaPlan& plan) {
  const auto stays = kWeightsThatStay * static_cast<double>(replicas_->bytes_of_weights());
  const auto& examples = data_.training();
  const auto some = [&](std::int64_t n) {
    std::vector<std::int64_t> index;
    for (std::int64_t i = 0; i < n; ++i) index.push_back(i % examples.size());
    return examples.batch(index.data(), n, runtime_.device);
  };
  if (some(1).targets.size(0) == 0) return {stays, 0};
  const auto weights = static_cast<double>(replicas_->optimizer().values().nbytes());
  MemoryPrediction out(stays, weights, plan, runtime_.device, runtime_.memory_bytes());
  out.add([&](const Batch& batch) { replicas_->rehearse(batch); }, some,
          std::min(request_.setting.batch, examples.size()));
  out.add([&](const Batch& batch) { metrics(batch, false); }, some, std::min(look_batch(), data_.validation().size()));
  return out.memory();
}

std::optional<GridPoint> Training::one_more() const {
  const auto* best = best_point();
  if (mad_lab_ || !request_.extend || !best || best->accuracy >= kPerfect * data_.oracle()) return {};
  return beyond_the_edge(request_.grid, best->point);
}

void Training::train(TrainingRecord& record) {
  Batches batches(data_.training(), request_.setting.batch, data_.seed().derive("order"), runtime_.device);
  for (std::int64_t step = 0; step < steps_; ++step) {
    const auto batch = batches.next();
    const bool looks = (step + 1) % every_ == 0 || step + 1 == steps_;
    double training_loss = 0;
    if (batch.targets.size(0) > 0) {
      const auto losses = replicas_->step(batch, schedule(step, steps_, request_.protocol));
      record.steps += static_cast<std::int64_t>(alive_.size());
      // Reading the losses makes a GPU wait, so there it is done at looks only. A NaN stays: which replicas are dropped
      // is the same.
      if (looks || runtime_.device.is_cpu()) training_loss = drop_diverged(losses);
      if (alive_.empty()) return;
    }
    if (looks && look(step + 1, training_loss)) return;
    if (request_.seconds_limit > 0 && watch_.wall_seconds() > request_.seconds_limit) throw TimedOut{};
  }
}

double Training::drop_diverged(const at::Tensor& losses) {
  const auto values = losses.to(at::kCPU, at::kDouble).contiguous();
  std::vector<bool> keep;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t r = 0; r < alive_.size(); ++r) {
    const auto loss = values.data_ptr<double>()[r];
    keep.push_back(std::isfinite(loss));
    if (keep.back())
      least = std::min(least, loss);
    else
      points_[alive_[r]].diverged = true;
  }
  drop(keep);
  return least;
}

bool Training::look(std::int64_t step, double training_loss) {
  const auto metrics = evaluate(data_.validation(), mad_lab_);
  bool perfect = false;
  for (std::size_t r = 0; r < alive_.size(); ++r) perfect |= note(step, r, metrics[r]);
  if (by_progress_) note_progress();
  const auto best = best_accuracy(points_);
  if (progress_) progress_({request_.id, step, steps_, training_loss, best});
  std::vector<bool> keep;
  for (const auto point : alive_) keep.push_back(hopeful(points_[point], best));
  drop(keep);
  return perfect || alive_.empty();
}

bool Training::note(std::int64_t step, std::size_t replica, const SplitMetrics& metrics) {
  auto& point = points_[alive_[replica]];
  const auto accuracy = mad_lab_ ? metrics.macro() : metrics.micro();
  const auto loss = metrics.loss();
  if (!std::isfinite(loss)) {
    point.diverged = true;
    return false;
  }
  point.looks.push_back({step, accuracy, loss});
  const auto order = mad_lab_ ? metrics.perplexity() : loss;
  const bool better =
      mad_lab_ ? order < point.loss : accuracy > point.accuracy || (accuracy == point.accuracy && order < point.loss);
  if (better) {
    point.accuracy = accuracy;
    point.loss = order;
    point.weights = replicas_->weights(static_cast<std::int64_t>(replica));
  }
  return accuracy >= kPerfect * (mad_lab_ ? 1.0 : data_.oracle());
}

void Training::note_progress() {
  const auto metrics = evaluate(*validation_b_, false);
  for (std::size_t r = 0; r < alive_.size(); ++r) points_[alive_[r]].on_b.push_back(metrics[r].micro());
}

double on_a(const Progressed& point, std::size_t look) { return point.looks[look].accuracy; }
double on_b(const Progressed& point, std::size_t look) { return point.on_b[look]; }

/// The mean accuracy over all looks. Where a training ended early those that are left count as its last, or as perfect
/// if it was.
double Training::progress(const Progressed& point, double (*accuracy)(const Progressed&, std::size_t)) const {
  const auto planned = (steps_ + every_ - 1) / every_;
  const auto seen = point.looks.size();
  double sum = 0;
  for (std::size_t i = 0; i < seen; ++i) sum += accuracy(point, i);
  const bool perfect = point.accuracy >= kPerfect * data_.oracle();
  const auto left = static_cast<double>(planned) - static_cast<double>(seen);
  return (sum + left * (perfect ? data_.oracle() : accuracy(point, seen - 1))) / static_cast<double>(planned);
}

/// What is kept of the grid.
const Progressed* Training::best_point() const {
  if (!by_progress_) return chosen(points_);
  const Progressed* out = nullptr;
  for (const auto& point : points_)
    if (!point.diverged && point.weights.defined() && (!out || progress(point, on_a) > progress(*out, on_a)))
      out = &point;
  return out;
}

bool Training::hopeful(const Progressed& point, double best) const {
  if (point.diverged) return false;
  if (mad_lab_ || !request_.early_stop) return true;
  return judge(point.looks, best, steps_, data_.chance()) == Verdict::kGoOn;
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
  if (!index.empty()) replicas_->keep(index);
  alive_ = alive;
}

/// Under mad-lab an average over batches of the training's size is what is measured; else larger ones are only faster.
std::int64_t Training::look_batch() const {
  return mad_lab_ ? request_.setting.batch : std::max(request_.setting.batch, kEvaluationBatch);
}

std::vector<BatchMetrics> Training::metrics(const Batch& batch, bool with_macro) {
  const at::NoGradGuard no_grad;
  const Autocast autocast(runtime_.device);
  return replicas_->metrics(batch, with_macro);
}

std::vector<SplitMetrics> Training::evaluate(const Examples& examples, bool with_macro) {
  std::vector<SplitMetrics> out(static_cast<std::size_t>(replicas_->size()));
  for (std::int64_t first = 0; first < examples.size(); first += look_batch()) {
    const auto batch = examples.batch(first, look_batch(), runtime_.device);
    if (batch.targets.size(0) == 0) continue;
    const auto of_batch = metrics(batch, with_macro);
    for (std::size_t r = 0; r < out.size(); ++r) out[r].add(of_batch[r], batch.inputs.size(0));
  }
  return out;
}

SplitMetrics Training::tested() {
  if (mad_lab_) return evaluate(data_.validation(), true)[0];
  return evaluate(data_.held_out(Split::kTest), true)[0];
}

double Training::selected(const SplitMetrics& on_test) {
  return mad_lab_ ? on_test.macro() : evaluate(data_.held_out(Split::kValidationB), false)[0].micro();
}

void Training::finish(TrainReply& reply) {
  auto& record = reply.record;
  record.trainings = static_cast<std::int64_t>(points_.size());
  for (const auto& point : points_) reply.curves.push_back({point.point, point.looks});
  const auto* best = best_point();
  if (!best) {
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number at any grid point";
    return;
  }
  record.learning_rate = best->point.learning_rate;
  record.weight_decay = best->point.weight_decay;
  record.edge = at_the_edge(points_, best->point.learning_rate);
  score(*best, reply);
}

void Training::score(const Progressed& best, TrainReply& reply) {
  auto& record = reply.record;
  auto& model = replicas_->only(best.weights);
  const auto test = tested();
  if (!std::isfinite(test.loss())) {
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number on the test examples";
    return;
  }
  record.test = test.micro();
  record.test_macro = test.macro();
  record.test_loss = test.loss();
  record.validation_a = mad_lab_ ? test.macro() : best.accuracy;
  const auto at_best = selected(test);
  record.validation_b = by_progress_ ? progress(best, on_b) : at_best;
  if (!request_.distil) return;
  const auto state = model.distil_filters();
  const auto again = tested();
  // What distilling costs at the end is taken off the whole way.
  const auto distilled = std::max(0.0, *record.validation_b + selected(again) - at_best);
  reply.distilled = {model.exact_state(), state, distilled, again.micro()};
}

}  // namespace

double schedule(std::int64_t step, std::int64_t steps, Protocol protocol) {
  if (protocol == Protocol::kMadLab) return 1;
  const auto warm = static_cast<double>(std::clamp<std::int64_t>(steps / 10, 1, 200));
  const auto tail = 0.2 * static_cast<double>(steps);
  const auto up = static_cast<double>(step + 1) / warm;
  const auto down = static_cast<double>(steps - step) / tail;
  return std::min({1.0, up, down});
}

namespace {

/// Trains with so many replicas at once at most, and says how many had room. Throws only what `progress` throws.
TrainReply trained(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress,
                   std::int64_t& at_once) {
  TrainReply reply;
  auto& record = reply.record;
  record.id = request.id;
  record.task = request.setting.setting.task;
  try {
    catch_outcome(record.outcome, record.message, [&] { Training(request, runtime, progress, at_once).run(reply); });
  } catch (const TimedOut&) {
    record.outcome = Outcome::kTimedOut;
    record.message = "not finished after the limit of " + std::to_string(std::llround(request.seconds_limit)) + " s";
  } catch (const NoRoom& why) {
    reply.refused = true;
    record.outcome = Outcome::kOutOfMemory;
    record.message = to_text(why);
  }
  if (record.outcome != Outcome::kOk)  // memory may run out between two splits
    for (auto* measured :
         {&record.validation_a, &record.validation_b, &record.test, &record.test_macro, &record.test_loss})
      measured->reset();
  return reply;
}

}  // namespace

TrainReply train(const TrainRequest& request, const Runtime& runtime, const OnProgress& progress) {
  const Stopwatch watch(runtime);
  auto at_once = static_cast<std::int64_t>(request.grid.size());
  auto out = trained(request, runtime, progress, at_once);
  while (out.record.outcome == Outcome::kOutOfMemory && !out.refused && !runtime.device.is_cpu() && at_once > 1) {
    at_once /= 2;
    c10::getDeviceAllocator(runtime.device.type())->emptyCache();
    out = trained(request, runtime, progress, at_once);
  }
  out.record.core_seconds = watch.core_seconds();
  return out;
}

}  // namespace madsearch
