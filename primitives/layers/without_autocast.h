#pragma once
#include <ATen/autocast_mode.h>
#include <c10/core/Device.h>

namespace madsearch {

/// No autocast on a device while it lives.
class WithoutAutocast {
 public:
  explicit WithoutAutocast(const c10::Device& device)
      : type_(device.type()), was_on_(at::autocast::is_autocast_enabled(type_)) {
    if (was_on_) at::autocast::set_autocast_enabled(type_, false);
  }
  ~WithoutAutocast() {
    if (was_on_) at::autocast::set_autocast_enabled(type_, true);
  }
  WithoutAutocast(const WithoutAutocast&) = delete;
  WithoutAutocast& operator=(const WithoutAutocast&) = delete;

 private:
  c10::DeviceType type_;
  bool was_on_;
};

}  // namespace madsearch
