#include "engine/worker/metrics.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "mad_tasks/task.h"

namespace madsearch {

double macro_accuracy(const std::int64_t* predictions, const std::int64_t* targets, std::int64_t n) {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < n; ++i) most = std::max({most, predictions[i], targets[i]});
  std::vector<std::int64_t> hits(static_cast<std::size_t>(most) + 1);
  std::vector<std::int64_t> count(hits.size());
  std::vector<bool> seen(hits.size());
  for (std::int64_t i = 0; i < n; ++i) {
    const auto p = static_cast<std::size_t>(predictions[i]);
    const auto t = static_cast<std::size_t>(targets[i]);
    seen[p] = true;
    seen[t] = true;
    ++count[t];
    hits[t] += p == t;
  }
  double sum = 0;
  std::int64_t classes = 0;
  for (std::size_t c = 0; c < hits.size(); ++c) {
    if (!seen[c]) continue;
    ++classes;
    if (count[c]) sum += static_cast<double>(hits[c]) / static_cast<double>(count[c]);
  }
  return classes ? sum / static_cast<double>(classes) : 0;
}

namespace {

/// Of each replica and target, [R, S]; 0 where the target is kIgnore.
at::Tensor losses_of(const at::Tensor& logits, const at::Tensor& targets) {
  const auto R = logits.size(0), S = logits.size(1), V = logits.size(2);
  const auto all = targets.unsqueeze(0).expand({R, S}).reshape({R * S});
  return at::cross_entropy_loss(
             logits.to(logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat).reshape({R * S, V}), all, {},
             at::Reduction::None, kIgnore)
      .view({R, S});
}

}  // namespace

at::Tensor mean_loss(const at::Tensor& logits, const at::Tensor& targets) { return losses_of(logits, targets).mean(1); }

at::Tensor mean_asked_loss(const at::Tensor& logits, const at::Tensor& targets) {
  return losses_of(logits, targets).sum(1) / targets.ne(kIgnore).sum();
}

std::vector<BatchMetrics> batch_metrics(const at::Tensor& logits, const at::Tensor& targets, bool with_macro) {
  const auto R = logits.size(0), S = logits.size(1);
  const auto losses = mean_loss(logits, targets).to(at::kCPU, at::kDouble).contiguous();
  const auto predicted = logits.argmax(2);  // [R, S]
  const auto correct = predicted.eq(targets.unsqueeze(0)).sum(1).to(at::kCPU).contiguous();
  const auto on_cpu = with_macro ? predicted.to(at::kCPU).contiguous() : at::Tensor();
  const auto expected = with_macro ? targets.to(at::kCPU).contiguous() : at::Tensor();
  std::vector<BatchMetrics> out(static_cast<std::size_t>(R));
  for (std::int64_t r = 0; r < R; ++r) {
    auto& m = out[static_cast<std::size_t>(r)];
    m.loss = losses.data_ptr<double>()[r];
    m.perplexity = std::exp(m.loss);
    m.scored = S;
    m.correct = correct.data_ptr<std::int64_t>()[r];
    m.micro = static_cast<double>(m.correct) / static_cast<double>(S);
    if (with_macro)
      m.macro = macro_accuracy(on_cpu.data_ptr<std::int64_t>() + r * S, expected.data_ptr<std::int64_t>(), S);
  }
  return out;
}

void SplitMetrics::add(const BatchMetrics& batch, std::int64_t examples) {
  scored_ += batch.scored;
  correct_ += batch.correct;
  examples_ += examples;
  nats_ += batch.loss * static_cast<double>(batch.scored);
  macro_ += batch.macro * static_cast<double>(examples);
  perplexity_ += batch.perplexity * static_cast<double>(examples);
}

}  // namespace madsearch
