#include "primitives/layers/routing.h"

#include <ATen/ATen.h>

namespace madsearch {

Routing route(const at::Tensor& scores, std::int64_t active) {
  const auto R = scores.size(0), E = scores.size(-1);
  const auto [best, chosen] = at::topk(scores, active, -1);
  const auto all = at::softmax(scores, -1);
  const auto weights =
      at::zeros_like(all).scatter(-1, chosen, active == 1 ? all.gather(-1, chosen) : at::softmax(best, -1));
  const auto share = at::one_hot(chosen, E).to(scores.scalar_type()).sum(-2) / static_cast<double>(active);
  const auto mean = [&](const at::Tensor& u) { return u.reshape({R, -1, E}).mean(1); };
  return {weights, 0.01 * static_cast<double>(E) * (mean(share) * mean(all)).sum(-1)};
}

at::Tensor reference_routing(const at::Tensor& scores, std::int64_t active) {
  const auto least = std::get<0>(at::topk(scores, active, -1)).slice(-1, active - 1);
  return at::softmax(at::where(scores < least, at::zeros_like(scores), scores), -1);
}

}  // namespace madsearch
