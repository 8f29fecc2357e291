#include "engine/worker/examination.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "configs/seed.h"
#include "primitives/mixer.h"
#include "primitives/table.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kAutocastFloor = 1e-1;  // of the block's largest gradient: bf16 keeps 8 bits

double largest(const at::Tensor& values) { return values.numel() ? values.abs().max().item<double>() : 0; }

double relative(const at::Tensor& found, const at::Tensor& expected, double floor) {
  if (!found.defined() && !expected.defined()) return 0;
  if (!found.defined() || !expected.defined()) return kInfinity;
  const auto wide = expected.to(at::kDouble);
  const auto apart = largest(found.to(at::kCPU, at::kDouble) - wide);
  if (apart == 0) return 0;
  return std::isfinite(apart) ? apart / std::max(largest(wide), floor) : kInfinity;
}

/// Uniform on ±`reach`, the same on every platform.
at::Tensor drawn(at::IntArrayRef sizes, Seed seed, double reach) {
  auto out = at::empty(sizes, at::kDouble);
  Rng rng(seed);
  auto* numbers = out.data_ptr<double>();
  for (std::int64_t i = 0; i < out.numel(); ++i) numbers[i] = reach * (2 * uniform(rng) - 1);
  return out.to(at::kFloat);  // float64 sees the numbers of float32
}

Settings solved(const Primitive& primitive) {
  auto out = primitive.defaults();
  for (const auto& [name, value] : primitive.defaults())
    if (value == KnobValue("auto")) out.set(name, 2);
  return out;
}

std::unique_ptr<Mixer> build(const Primitive& primitive, const ExamineRequest& request,
                             const at::TensorOptions& options) {
  Build out{.width = request.width, .max_length = request.length, .options = options};
  for (std::int64_t r = 0; r < request.replicas; ++r)
    out.seeds.push_back(Seed{1}.derive(static_cast<std::uint64_t>(r)));
  return build_mixer(primitive.name, solved(primitive), out);
}

Computed compute(Mixer& block, const at::Tensor& x, const at::Tensor& weight) {
  const auto parameters = block.parameters();
  for (const auto& parameter : parameters) parameter.value.mutable_grad() = at::Tensor();
  const auto input = x.detach().clone().set_requires_grad(true);
  const auto output = block.forward(input);
  auto loss = (output * weight).sum();
  if (block.auxiliary_loss().defined()) loss = loss + block.auxiliary_loss().sum();
  loss.backward();
  Computed out{output.detach(), {{"input", input.grad()}}};
  for (const auto& parameter : parameters) out.gradients.emplace(parameter.name, parameter.value.grad());
  return out;
}

/// Median milliseconds of `work`.
double timed(const Runtime& runtime, std::int64_t repeats, const std::function<void()>& work) {
  std::vector<double> times;
  for (std::int64_t i = 0; i < repeats; ++i) {
    const Stopwatch watch(runtime);
    work();
    runtime.synchronize();
    times.push_back(1e3 * watch.wall_seconds());
  }
  return quantile(times, 0.5);
}

/// Moves the parameters of both blocks to the same numbers, off their zeros and ones.
void move_parameters(Mixer& exact, Mixer& block) {
  const at::NoGradGuard constant;
  const auto wide = exact.parameters();
  const auto narrow = block.parameters();
  for (std::size_t i = 0; i < wide.size(); ++i) {
    const auto moved = wide[i].value.to(at::kFloat) + drawn(wide[i].value.sizes(), Seed{2}.derive(wide[i].name), 0.1);
    wide[i].value.copy_(moved);
    narrow[i].value.copy_(moved);
  }
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  return at::logical_or(a.eq(b), at::logical_and(a.ne(a), b.ne(b))).all().item<bool>();
}

/// As trainings compute it: on a GPU under autocast.
Computed as_trained(Mixer& block, const at::Tensor& x, const at::Tensor& weight) {
  if (!x.is_cuda()) return compute(block, x, weight);
  const Autocast autocast(x.device());
  return compute(block, x, weight);
}

}  // namespace

std::string unequal(const Computed& one, const Computed& again) {
  if (!same_bits(one.output, again.output)) return "output";
  for (const auto& [name, gradient] : one.gradients)
    if (!same_bits(gradient, again.gradients.at(name))) return name;
  return "";
}

Difference difference(const Computed& found, const Computed& expected, double floor) {
  Difference out{relative(found.output, expected.output, 0), 0, "input"};
  double scale = 0;
  for (const auto& [name, gradient] : expected.gradients)
    if (gradient.defined()) scale = std::max(scale, largest(gradient));
  for (const auto& [name, gradient] : expected.gradients) {
    const auto other = found.gradients.find(name);
    const auto apart = other == found.gradients.end() ? kInfinity : relative(other->second, gradient, floor * scale);
    if (apart <= out.gradient) continue;
    out.gradient = apart;
    out.worst = name;
  }
  return out;
}

ExamineReply examine(const ExamineRequest& request, const Runtime& runtime, const Recorder& recorder) {
  const auto* primitive = find_primitive(request.primitive);
  if (!primitive) throw std::invalid_argument("unknown primitive \"" + request.primitive + "\"");
  if (request.length < 1 || request.batch < 1 || request.replicas < 1 || request.repeats < 1)
    throw std::invalid_argument("an examination needs a length, a batch, a replica and a repeat at least");
  const auto exact = build(*primitive, request, at::TensorOptions().dtype(at::kDouble));
  const auto block = build(*primitive, request, at::TensorOptions().dtype(at::kFloat).device(runtime.device));
  move_parameters(*exact, *block);
  const std::vector<std::int64_t> sizes = {request.replicas, request.batch, request.length, request.width};
  const auto x = drawn(sizes, Seed{3}, 1.5);
  const auto weight = drawn(sizes, Seed{4}, 1.5);
  const auto expected = compute(*exact, x.to(at::kDouble), weight.to(at::kDouble));
  const auto input = x.to(runtime.device);
  const auto above = weight.to(runtime.device);
  const auto apart = difference(compute(*block, input, above), expected);  // this also warms up
  ExamineReply reply{
      .id = request.id, .output_error = apart.output, .gradient_error = apart.gradient, .gradient = apart.worst};
  reply.milliseconds = timed(runtime, request.repeats, [&] { compute(*block, input, above); });
  const auto trained = as_trained(*block, input, above);
  reply.unrepeated = unequal(trained, as_trained(*block, input, above));
  if (runtime.device.is_cuda()) {
    const auto rounded = difference(trained, expected, kAutocastFloor);
    reply.autocast_output_error = rounded.output;
    reply.autocast_gradient_error = rounded.gradient;
    reply.autocast_gradient = rounded.worst;
  }
  if (!recorder) return reply;
  try {
    Computed again;
    const auto recording = recorder([&] { again = compute(*block, input, above); });
    reply.recorded_milliseconds = timed(runtime, request.repeats, [&] { recording->replay(); });
    const auto found = difference(again, expected);
    reply.recorded_error = std::max(found.output, found.gradient);
  } catch (const std::exception& error) {
    reply.unrecorded = first_line(error.what());
  }
  return reply;
}

}  // namespace madsearch
