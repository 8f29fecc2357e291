#include "engine/worker/pretraining.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "configs/errors.h"
#include "engine/text/corpus.h"
#include "engine/worker/checkpoint.h"
#include "engine/worker/examples.h"
#include "engine/worker/metrics.h"
#include "engine/worker/model.h"
#include "engine/worker/optimizer.h"
#include "engine/worker/training_step.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/scale.h"

namespace madsearch {
namespace {

constexpr double kTuningShare = 0.1;
constexpr int kExtensions = 2;
constexpr double kDecay = 0.1;

struct BitsPerByte {
  double all = 0, recall = 0;
};

/// A model in training: as many replicas as learning rates.
struct Run {
  std::unique_ptr<Model> model;
  std::unique_ptr<AdamW> optimizer;
};

class Pretraining {
 public:
  Pretraining(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress)
      : request_(request), runtime_(runtime), progress_(progress), watch_(runtime) {}

  void run(PretrainingRecord& record);

 private:
  void plan(PretrainingRecord& record);
  Run build(const std::vector<double>& rates) const;
  /// Trains from `from` to `to` of `steps`; false if all replicas diverged. `save` is called every `every` steps.
  bool train(Run& run, std::int64_t from, std::int64_t steps, const std::function<void(std::int64_t)>& save);
  std::vector<BitsPerByte> evaluate(Run& run, int half, bool with_recall) const;
  double tune(PretrainingRecord& record);  // the best learning rate, NaN if all diverged
  Batch batch(std::int64_t step) const;
  std::uint64_t fingerprint() const;

  const PretrainRequest& request_;
  const Runtime& runtime_;
  const OnProgress& progress_;
  Stopwatch watch_;
  Corpus corpus_;
  Scaled scaled_;
  double flops_per_token_ = 0;
  std::int64_t steps_ = 0, tuning_steps_ = 0;
  mutable std::int64_t epoch_ = -1;  // whose order is in order_
  mutable std::vector<std::int64_t> order_;
};

void Pretraining::plan(PretrainingRecord& record) {
  if (request_.length < 8 || request_.batch < 1 || request_.flops <= 0 || request_.learning_rates.empty())
    throw std::invalid_argument("pretraining needs a length of 8, a batch, FLOPs and a learning rate at least");
  corpus_ = read_corpus(request_.data, request_.vocabulary, request_.separator, request_.bytes_per_token);
  scaled_ =
      scale_up(parse(request_.design), request_.repeat, request_.base_width, request_.parameters, request_.length);
  const auto sheet = cost(scaled_.genome, {scaled_.width, request_.length, Protocol::kMadsearch}, corpus_.vocabulary);
  flops_per_token_ = 3 * static_cast<double>(sheet.flops) / static_cast<double>(request_.length);
  const auto step_tokens = request_.batch * request_.length;
  steps_ = static_cast<std::int64_t>(request_.flops / flops_per_token_ / static_cast<double>(step_tokens));
  tuning_steps_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(kTuningShare * static_cast<double>(steps_)));
  record.parameters = scaled_.parameters;
  record.width = scaled_.width;
  record.length = request_.length;
  record.state = sheet.state;
  record.tokens = steps_ * step_tokens;
  record.flops = static_cast<double>(record.tokens) * flops_per_token_;
  record.epochs = static_cast<double>(record.tokens) / static_cast<double>(corpus_.train.size());
  record.message = scaled_.note;
  if (steps_ < 10)
    throw std::invalid_argument("the budget is only " + std::to_string(steps_) + " steps of " +
                                std::to_string(step_tokens) + " tokens at this size; 10 are needed");
  if (windows(corpus_, request_.length) < request_.batch)
    throw std::invalid_argument("the training text holds fewer windows of " + std::to_string(request_.length) +
                                " tokens than a batch");
  if (record.epochs > request_.max_epochs) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "the budget is %.1f epochs of %zu tokens, more than the %.1f allowed: give more data, a smaller "
                  "budget or max_epochs",
                  record.epochs, corpus_.train.size(), request_.max_epochs);
    throw std::invalid_argument(text);
  }
}

Run Pretraining::build(const std::vector<double>& rates) const {
  ModelOptions options;
  options.width = scaled_.width;
  options.vocabulary = corpus_.vocabulary;
  options.max_length = request_.length;
  options.seeds.assign(rates.size(), Seed{request_.seed}.derive("weights"));  // rates compare from the same start
  options.options = at::TensorOptions().dtype(at::kFloat).device(runtime_.device);
  Run run;
  run.model = std::make_unique<Model>(scaled_.genome, options);
  AdamW::Options adam;
  adam.beta2 = 0.95;
  adam.decay = Decay::kMatrices;
  adam.clip = 1;
  run.optimizer = std::make_unique<AdamW>(*run.model, rates, std::vector<double>(rates.size(), kDecay), adam);
  return run;
}

Batch Pretraining::batch(std::int64_t step) const {
  const auto T = request_.length, B = request_.batch, n = windows(corpus_, T);
  HostBatch out(B, T, B * T, runtime_.device);
  std::iota(out.scored(), out.scored() + B * T, 0);
  for (std::int64_t b = 0; b < B; ++b) {
    const auto drawn = step * B + b;
    if (drawn / n != epoch_) {
      epoch_ = drawn / n;
      order_ = epoch_order(n, Seed{request_.seed}.derive("order"), epoch_);
    }
    const auto* x = corpus_.train.data() + order_[static_cast<std::size_t>(drawn % n)] * T;
    std::copy(x, x + T, out.inputs() + b * T);
    std::copy(x + 1, x + T + 1, out.targets() + b * T);
  }
  return out.send();
}

bool Pretraining::train(Run& run, std::int64_t from, std::int64_t steps,
                        const std::function<void(std::int64_t)>& save) {
  const auto every = std::max<std::int64_t>(1, steps / 20);
  TrainingStep update(*run.model, *run.optimizer, runtime_.recorder);
  for (auto step = from; step < steps; ++step) {
    const auto losses = update(batch(step), cosine_schedule(step, steps));
    if ((step + 1) % every && step + 1 < steps) continue;
    const auto best = losses.min().item<double>(), sum = at::isfinite(losses).sum().item<double>();
    if (progress_) progress_({request_.id, step + 1, steps, best, 0});
    if (sum == 0) return false;
    if (save && step + 1 < steps) save(step + 1);
  }
  return true;
}

std::vector<BitsPerByte> Pretraining::evaluate(Run& run, int half, bool with_recall) const {
  const at::NoGradGuard no_grad;
  const auto T = request_.length, B = request_.batch, R = run.model->replicas();
  const int least = corpus_.bytes ? 4 : 2, most = corpus_.bytes ? 8 : 4;
  struct Window {
    const Document* document;
    std::int64_t first;
  };  // target `first` of the document is the window's first
  std::vector<Window> all;
  for (const auto& document : corpus_.held_out[static_cast<std::size_t>(half)])
    for (std::int64_t first = 0; first < static_cast<std::int64_t>(document.tokens.size()); first += T)
      all.push_back({&document, first});
  std::vector<double> nats(static_cast<std::size_t>(R));
  std::vector<std::vector<double>> repeated(static_cast<std::size_t>(R),
                                            std::vector<double>(static_cast<std::size_t>(most + 1)));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(most + 1));
  std::int64_t predicted = 0;
  for (std::size_t start = 0; start < all.size(); start += static_cast<std::size_t>(B)) {
    const auto n = std::min<std::int64_t>(B, static_cast<std::int64_t>(all.size() - start));
    const auto length_of = [&](std::int64_t i) {
      const auto& [document, first] = all[start + static_cast<std::size_t>(i)];
      return std::min<std::int64_t>(T, static_cast<std::int64_t>(document->tokens.size()) - first);
    };
    std::int64_t S = 0;
    for (std::int64_t i = 0; i < n; ++i) S += length_of(i);
    HostBatch batch(n, T, S, runtime_.device);
    std::fill_n(batch.inputs(), n * T, corpus_.separator);
    auto *scored = batch.scored(), *targets = batch.targets();
    std::vector<std::vector<bool>> known(static_cast<std::size_t>(most + 1));  // by n-gram size, of each scored target
    for (std::int64_t i = 0; i < n; ++i) {
      const auto& [document, first] = all[start + static_cast<std::size_t>(i)];
      const auto length = length_of(i);
      std::vector<std::int32_t> x(static_cast<std::size_t>(length + 1));
      x[0] = first ? document->tokens[static_cast<std::size_t>(first - 1)] : corpus_.separator;
      std::copy_n(document->tokens.begin() + first, length, x.begin() + 1);
      for (std::int64_t t = 0; t < length; ++t) {
        batch.inputs()[i * T + t] = x[static_cast<std::size_t>(t)];
        *scored++ = i * T + t;
        *targets++ = x[static_cast<std::size_t>(t + 1)];
      }
      for (int k = least; with_recall && k <= most; ++k) {
        const auto one = repeats(x.data(), length, k);
        known[static_cast<std::size_t>(k)].insert(known[static_cast<std::size_t>(k)].end(), one.begin(), one.end());
      }
    }
    const auto data = batch.send();
    const Autocast autocast(runtime_.device);
    const auto logits = run.model->forward(data.inputs, data.scored).to(at::kFloat);  // [R, S, V]
    const auto expected = data.targets.view({1, S, 1}).expand({R, S, 1});
    const auto losses =
        (at::logsumexp(logits, {2}) - logits.gather(2, expected).squeeze(2)).to(at::kCPU, at::kDouble).contiguous();
    predicted += S;
    for (int k = least; with_recall && k <= most; ++k)
      counts[static_cast<std::size_t>(k)] +=
          std::count(known[static_cast<std::size_t>(k)].begin(), known[static_cast<std::size_t>(k)].end(), true);
    for (std::int64_t r = 0; r < R; ++r) {
      const auto* loss = losses.data_ptr<double>() + r * S;
      for (std::int64_t s = 0; s < S; ++s) {
        nats[static_cast<std::size_t>(r)] += loss[s];
        for (int k = least; with_recall && k <= most; ++k)
          if (known[static_cast<std::size_t>(k)][static_cast<std::size_t>(s)])
            repeated[static_cast<std::size_t>(r)][static_cast<std::size_t>(k)] += loss[s];
      }
    }
  }
  const auto bits = 1 / std::numbers::ln2 / corpus_.bytes_per_token;
  std::vector<BitsPerByte> out;
  for (std::int64_t r = 0; r < R; ++r) {
    BitsPerByte one{nats[static_cast<std::size_t>(r)] * bits / static_cast<double>(predicted), 0};
    int sizes = 0;
    for (int k = least; k <= most; ++k)
      if (const auto count = counts[static_cast<std::size_t>(k)]; count > 0) {
        one.recall +=
            repeated[static_cast<std::size_t>(r)][static_cast<std::size_t>(k)] * bits / static_cast<double>(count);
        ++sizes;
      }
    if (sizes) one.recall /= sizes;
    out.push_back(one);
  }
  return out;
}

double Pretraining::tune(PretrainingRecord& record) {
  auto rates = request_.learning_rates;
  std::sort(rates.begin(), rates.end());
  if (rates.size() == 1) return rates[0];
  const double ratio = rates[1] / rates[0];
  std::vector<std::pair<double, double>> tried;  // bits per byte, rate
  auto fresh = rates;
  for (int extension = 0;; ++extension) {
    auto run = build(fresh);
    train(run, 0, tuning_steps_, {});
    record.tuning_flops += static_cast<double>(fresh.size()) *
                           static_cast<double>(tuning_steps_ * request_.batch * request_.length) * flops_per_token_;
    const auto scores = evaluate(run, 0, false);
    for (std::size_t i = 0; i < fresh.size(); ++i)
      tried.emplace_back(std::isfinite(scores[i].all) ? scores[i].all : std::numeric_limits<double>::infinity(),
                         fresh[i]);
    const auto [bits, best] = *std::min_element(tried.begin(), tried.end());
    if (!std::isfinite(bits)) return std::numeric_limits<double>::quiet_NaN();
    const auto [least, most] = std::minmax_element(tried.begin(), tried.end(),
                                                   [](const auto& a, const auto& b) { return a.second < b.second; });
    const bool low = best == least->second, high = best == most->second;
    if (extension == kExtensions || (!low && !high)) return best;
    fresh = {low ? best / ratio : best * ratio};
  }
}

std::uint64_t Pretraining::fingerprint() const {
  std::string all = expanded_text(scaled_.genome);
  for (const double number : {request_.flops, static_cast<double>(scaled_.width), static_cast<double>(request_.length),
                              static_cast<double>(request_.batch)})
    all += " " + std::to_string(number);
  for (const double rate : request_.learning_rates) all += " " + std::to_string(rate * 1e9);
  return Seed{corpus_.fingerprint}.derive(request_.seed).derive(all).value;
}

void Pretraining::run(PretrainingRecord& record) {
  plan(record);
  std::optional<Checkpoint> checkpoint;
  if (!request_.checkpoint.empty()) checkpoint = read_checkpoint(request_.checkpoint, fingerprint());
  record.learning_rate = checkpoint ? checkpoint->learning_rate : tune(record);
  if (checkpoint) record.tuning_flops = checkpoint->tuning_flops;
  const double earlier = checkpoint ? checkpoint->core_seconds : 0;
  if (std::isnan(record.learning_rate)) {
    record.learning_rate = 0;
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number at any learning rate";
    return;
  }
  auto run = build({record.learning_rate});
  if (checkpoint) run.optimizer->load(checkpoint->saved);
  std::string trouble;
  const auto save = [&](std::int64_t) {
    if (request_.checkpoint.empty()) return;
    try {
      write_checkpoint(request_.checkpoint, {fingerprint(), record.learning_rate, record.tuning_flops,
                                             earlier + watch_.core_seconds(), run.optimizer->save()});
    } catch (const std::runtime_error& error) {  // a full disk costs the checkpoint, not the run
      trouble = error.what();
    }
  };
  if (!checkpoint) save(0);
  const bool finite = train(run, run.optimizer->steps(), steps_, save);
  const auto bits = evaluate(run, 1, true)[0];
  record.core_seconds = earlier + watch_.core_seconds();
  if (!finite || !std::isfinite(bits.all)) {
    record.outcome = Outcome::kDiverged;
    record.message = "the loss was not a finite number";
    return;
  }
  record.bits_per_byte = bits.all;
  record.bits_per_byte_recall = bits.recall;
  if (!trouble.empty()) record.message += (record.message.empty() ? "" : "; ") + trouble;
}

}  // namespace

double cosine_schedule(std::int64_t step, std::int64_t steps) {
  const auto warm = std::max<std::int64_t>(1, steps / 20);
  if (step < warm) return static_cast<double>(step + 1) / static_cast<double>(warm);
  const auto done = static_cast<double>(step - warm) / static_cast<double>(std::max<std::int64_t>(1, steps - warm));
  return 0.1 + 0.45 * (1 + std::cos(std::numbers::pi * done));
}

PretrainingRecord pretrain(const PretrainRequest& request, const Runtime& runtime, const OnProgress& progress) {
  PretrainingRecord record;
  record.text = request.design;
  const Stopwatch watch(runtime);
  std::string why;
  catch_outcome(record.outcome, why, [&] {
    record.hash = hash(parse(request.design));
    Pretraining(request, runtime, progress).run(record);
  });
  if (!why.empty()) record.message = why;
  record.core_seconds = std::max(record.core_seconds, watch.core_seconds());
  return record;
}

}  // namespace madsearch
