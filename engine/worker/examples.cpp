#include "engine/worker/examples.h"

#include <ATen/ATen.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace madsearch {

Examples::Examples(const Generator& generator, Split split, std::int64_t n, int threads) : n_(n) {
  if (n < 1) throw std::invalid_argument("a split needs one example at least");
  const auto first = generator.make(split, 0);
  length_ = static_cast<std::int64_t>(first.inputs.size());
  inputs_.resize(static_cast<std::size_t>(n * length_));
  targets_.resize(inputs_.size());
  const auto make = [&](std::int64_t i) {
    const auto example = generator.make(split, static_cast<std::uint64_t>(i));
    std::copy(example.inputs.begin(), example.inputs.end(), inputs_.begin() + i * length_);
    std::copy(example.targets.begin(), example.targets.end(), targets_.begin() + i * length_);
  };
  if (threads > 1)
    tbb::task_arena(threads).execute([&] { tbb::parallel_for<std::int64_t>(0, n, make); });
  else
    for (std::int64_t i = 0; i < n; ++i) make(i);
}

Batch Examples::batch(const std::int64_t* index, std::int64_t n, const at::Device& device) const {
  auto inputs = at::empty({n, length_}, at::kLong);
  auto* in = inputs.data_ptr<std::int64_t>();
  std::vector<std::int64_t> scored, targets;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto from = index[i] * length_;
    for (std::int64_t t = 0; t < length_; ++t) {
      const auto at = static_cast<std::size_t>(from + t);
      in[i * length_ + t] = inputs_[at];
      if (targets_[at] == kIgnore) continue;
      scored.push_back(i * length_ + t);
      targets.push_back(targets_[at]);
    }
  }
  const auto tensor = [&](const std::vector<std::int64_t>& v) { return at::tensor(at::ArrayRef<std::int64_t>(v), at::kLong).to(device); };
  return {inputs.to(device), tensor(scored), tensor(targets)};
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
