#include "primitives/mixer.h"

#include <ATen/ATen.h>

namespace madsearch {

Build Build::inside(const std::string& name) const {
  Build out = *this;
  out.prefix += name + ".";
  return out;
}

std::vector<NamedParameter> Module::list(bool linear_only) const {
  std::vector<NamedParameter> out;
  for (const auto& [name, slot, linear] : own_)
    if (linear || !linear_only) out.push_back({name, *slot});
  for (const auto& [name, module] : children_)
    for (auto& inner : module->list(linear_only))
      out.push_back({name.empty() ? inner.name : name + "." + inner.name, inner.value});
  return out;
}

std::vector<NamedParameter> Module::parameters() const { return list(false); }
std::vector<NamedParameter> Module::linear_parameters() const { return list(true); }

void Module::select_replicas(const at::Tensor& index) {
  for (const auto& [name, slot, linear] : own_)
    *slot = slot->detach().index_select(0, index).set_requires_grad(slot->requires_grad());
  for (const auto& [name, module] : children_) module->select_replicas(index);
}

void Module::parameter(const std::string& name, at::Tensor& slot, at::Tensor value, bool linear) {
  slot = value.detach().set_requires_grad(true);
  own_.push_back({name, &slot, linear});
}

void Module::child(const std::string& name, Module& module) { children_.emplace_back(name, &module); }

std::int64_t State::numbers() const {
  std::int64_t out = 0;
  for (const auto& tensor : tensors)
    if (tensor.defined() && tensor.numel() > 0) out += tensor.numel() / (tensor.size(0) * tensor.size(1));
  return out;
}

}  // namespace madsearch
