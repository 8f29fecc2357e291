#include "engine/worker/examples.h"

#include <ATen/ATen.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace madsearch {

HostBatch::HostBatch(std::int64_t examples, std::int64_t length, std::int64_t scored, const at::Device& device)
    : examples_(examples),
      length_(length),
      scored_(scored),
      device_(device),
      all_(at::empty({examples * length + 2 * scored}, at::TensorOptions(at::kLong).pinned_memory(device.is_cuda()))) {}

std::int64_t* HostBatch::inputs() { return all_.data_ptr<std::int64_t>(); }
std::int64_t* HostBatch::scored() { return inputs() + examples_ * length_; }
std::int64_t* HostBatch::targets() { return scored() + scored_; }

Batch HostBatch::send() const {
  const auto there = all_.to(device_, /*non_blocking=*/true);
  const auto tokens = examples_ * length_;
  return {there.narrow(0, 0, tokens).view({examples_, length_}), there.narrow(0, tokens, scored_),
          there.narrow(0, tokens + scored_, scored_)};
}

Batch part_of(const Batch& batch, std::int64_t first, std::int64_t n) {
  const auto length = batch.inputs.size(1);
  const auto narrowed = [&](const at::Tensor& x) { return x.narrow(0, first * length, n * length); };
  return {batch.inputs.narrow(0, first, n), narrowed(batch.scored) - first * length, narrowed(batch.targets)};
}

Examples::Examples(const Generator& generator, Split split, std::int64_t n, int threads) : n_(n) {
  if (n < 1) throw std::invalid_argument("a split needs one example at least");
  const auto first = generator.make(split, 0);
  length_ = static_cast<std::int64_t>(first.inputs.size());
  inputs_.resize(static_cast<std::size_t>(n * length_));
  targets_.resize(inputs_.size());
  scored_.resize(static_cast<std::size_t>(n));
  const auto make = [&](std::int64_t i) {
    const auto example = generator.make(split, static_cast<std::uint64_t>(i));
    std::copy(example.inputs.begin(), example.inputs.end(), inputs_.begin() + i * length_);
    std::copy(example.targets.begin(), example.targets.end(), targets_.begin() + i * length_);
    scored_[static_cast<std::size_t>(i)] =
        static_cast<std::int32_t>(length_ - std::count(example.targets.begin(), example.targets.end(), kIgnore));
  };
  if (threads > 1)
    tbb::task_arena(threads).execute([&] { tbb::parallel_for<std::int64_t>(0, n, make); });
  else
    for (std::int64_t i = 0; i < n; ++i) make(i);
}

std::int64_t Examples::most_scored(std::int64_t n) const {
  const auto [least, most] = std::minmax_element(scored_.begin(), scored_.end());
  return *least == *most ? 0 : n * *most;
}

Batch Examples::batch(const std::int64_t* index, std::int64_t n, const at::Device& device) const {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += scored_[static_cast<std::size_t>(index[i])];
  HostBatch out(n, length_, count, device);
  auto* in = out.inputs();
  auto* scored = out.scored();
  auto* targets = out.targets();
  for (std::int64_t i = 0; i < n; ++i) {
    const auto from = index[i] * length_;
    for (std::int64_t t = 0; t < length_; ++t) {
      const auto at = static_cast<std::size_t>(from + t);
      in[i * length_ + t] = inputs_[at];
      if (targets_[at] == kIgnore) continue;
      *scored++ = i * length_ + t;
      *targets++ = targets_[at];
    }
  }
  return out.send();
}

Batch Examples::batch(std::int64_t first, std::int64_t n, const at::Device& device) const {
  std::vector<std::int64_t> index(static_cast<std::size_t>(std::min(n, n_ - first)));
  std::iota(index.begin(), index.end(), first);
  return batch(index.data(), static_cast<std::int64_t>(index.size()), device);
}

std::vector<std::int64_t> epoch_order(std::int64_t n, Seed seed, std::int64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  Rng rng(seed.derive(static_cast<std::uint64_t>(epoch)));
  shuffle(rng, order);
  return order;
}

}  // namespace madsearch
