#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace madsearch {

/// Of the scored positions of one batch, for one replica.
struct BatchMetrics {
  // accuracies, 0..1
  double micro = 0;
  double macro = 0;

  double loss = 0;        // nats a scored position
  double perplexity = 0;  // exp(loss)
  std::int64_t scored = 0;
  std::int64_t correct = 0;
};

/// Mean recall over the classes that occur among targets or predictions; a class without a target counts as 0, as in
/// torchmetrics, which the reference uses. `predictions`, `targets`: n class ids, none negative. 0 if n is 0.
double macro_accuracy(const std::int64_t* predictions, const std::int64_t* targets, std::int64_t n);

/// logits [R, S, V] at the scored positions, targets [S] -> one a replica. S must be above 0. Without `with_macro` the
/// macro accuracies are 0.
std::vector<BatchMetrics> batch_metrics(const at::Tensor& logits, const at::Tensor& targets, bool with_macro);

/// Mean cross-entropy of each replica, [R]. logits [R, S, V], targets [S] int64.
at::Tensor mean_loss(const at::Tensor& logits, const at::Tensor& targets);
/// The same over the targets that are not kIgnore. There must be one.
at::Tensor mean_asked_loss(const at::Tensor& logits, const at::Tensor& targets);

/// Over a split: micro accuracy and loss are pooled over positions; macro accuracy and perplexity are means of batches
/// weighted by the number of examples, as the reference averages.
class SplitMetrics {
 public:
  void add(const BatchMetrics& batch, std::int64_t examples);
  double micro() const { return scored_ ? static_cast<double>(correct_) / static_cast<double>(scored_) : 0; }
  double loss() const { return scored_ ? nats_ / static_cast<double>(scored_) : 0; }
  double macro() const { return examples_ ? macro_ / static_cast<double>(examples_) : 0; }
  double perplexity() const { return examples_ ? perplexity_ / static_cast<double>(examples_) : 0; }

 private:
  std::int64_t scored_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t examples_ = 0;
  double nats_ = 0;
  double macro_ = 0;
  double perplexity_ = 0;
};

}  // namespace madsearch
