#include "engine/worker/replicas.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace madsearch {
namespace {

template <class T>
std::vector<T> part(const std::vector<T>& all, std::size_t first, std::size_t n) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(n)};
}

}  // namespace

Replicas::Replicas(const Genome& genome, const ModelOptions& options, const std::vector<double>& rates,
                   const std::vector<double>& decays, const AdamW::Options& adam, const ReplicaPlan& plan) {
  const auto all = rates.size();
  const auto most = std::clamp<std::size_t>(static_cast<std::size_t>(plan.at_once), 1, all);
  for (std::size_t first = 0; first < all; first += most) {
    const auto n = std::min(most, all - first);
    auto own = options;
    own.seeds = part(options.seeds, first, n);
    auto& group = groups_.emplace_back();
    group.model = std::make_unique<Model>(genome, own);
    group.optimizer = std::make_unique<AdamW>(*group.model, part(rates, first, n), part(decays, first, n), adam);
    group.step = std::make_unique<TrainingStep>(*group.model, *group.optimizer, plan.step);
  }
}

std::int64_t Replicas::size() const {
  std::int64_t out = 0;
  for (const auto& group : groups_) out += group.size();
  return out;
}

at::Tensor Replicas::step(const Batch& batch, double factor) {
  std::vector<at::Tensor> losses;
  for (auto& group : groups_) losses.push_back((*group.step)(batch, factor));
  return losses.size() == 1 ? losses.front() : at::cat(losses);
}

std::vector<BatchMetrics> Replicas::metrics(const Batch& batch, bool with_macro) {
  std::vector<BatchMetrics> out;
  for (auto& group : groups_) {
    const auto own = batch_metrics(group.model->forward(batch.inputs, batch.scored), batch.targets, with_macro);
    out.insert(out.end(), own.begin(), own.end());
  }
  return out;
}

void Replicas::keep(const std::vector<std::int64_t>& index) {
  std::vector<Group> kept;
  std::int64_t first = 0;
  for (auto& group : groups_) {
    std::vector<std::int64_t> own;
    for (const auto i : index)
      if (i >= first && i < first + group.size()) own.push_back(i - first);
    first += group.size();
    if (own.empty()) continue;
    if (static_cast<std::int64_t>(own.size()) < group.size()) group.optimizer->select_replicas(own);
    kept.push_back(std::move(group));
  }
  groups_ = std::move(kept);
}

at::Tensor Replicas::weights(std::int64_t replica) const {
  auto group = groups_.begin();
  for (; replica >= group->size(); ++group) replica -= group->size();
  return group->optimizer->replica(replica);
}

Model& Replicas::only(const at::Tensor& weights) {
  if (size() > 1) keep({0});
  groups_.front().optimizer->restore(0, weights);
  return *groups_.front().model;
}

std::vector<Model*> Replicas::models() {
  std::vector<Model*> out;
  for (auto& group : groups_) out.push_back(group.model.get());
  return out;
}

AdamW& Replicas::optimizer() { return *groups_.front().optimizer; }

std::int64_t Replicas::bytes_of_weights() const {
  std::int64_t out = 0;
  for (const auto& group : groups_) out += static_cast<std::int64_t>(group.optimizer->values().nbytes());
  return out;
}

}  // namespace madsearch
