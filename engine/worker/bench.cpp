#include "engine/worker/bench.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

#include "engine/worker/memory_watch.h"
#include "engine/worker/predicted_memory.h"
#include "engine/worker/training_memory.h"
#include "engine/worker/training_step.h"
#include "primitives/table.h"
#include "results/statistics.h"
#include "search/architecture/cost.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

constexpr std::int64_t kVocabulary = 16;

double status_mib(const std::string& wanted) {  // "VmHWM:" -> MiB
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.rfind(wanted, 0) == 0) return std::stod(line.substr(wanted.size())) / 1024;
  return 0;
}

/// Peak memory above what was held when it was made.
class Peak {
 public:
  explicit Peak(const Runtime& runtime) : runtime_(runtime) {
    if (runtime.device.is_cpu()) {
      malloc_trim(0);                                 // what earlier designs freed would be used again unseen
      std::ofstream("/proc/self/clear_refs") << "5";  // the high-water mark starts anew
      before_ = status_mib("VmRSS:");
    } else {
      auto* allocator = c10::getDeviceAllocator(runtime.device.type());
      allocator->resetPeakStats(runtime.device.index());
      before_ = mib(allocator->getDeviceStats(runtime.device.index()).allocated_bytes[0].current);
    }
  }
  double above() const {
    if (runtime_.device.is_cpu()) return std::max(0.0, status_mib("VmHWM:") - before_);
    return mib(c10::getDeviceAllocator(runtime_.device.type())
                   ->getDeviceStats(runtime_.device.index())
                   .allocated_bytes[0]
                   .peak) -
           before_;
  }

 private:
  static double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }
  const Runtime& runtime_;
  double before_ = 0;
};

/// The stripe of transformer++ with as many blocks of each kind.
Genome as_transformer(const Genome& genome, std::int64_t width) {
  auto out = genome;
  const auto* attention = find_primitive("attention");
  const auto* swiglu = find_primitive("swiglu");
  for (auto* block : blocks(out)) {
    if (find_primitive(block->primitive)->kind == Kind::kChannel) {
      *block = {"swiglu", swiglu->defaults(), "", false};
      continue;
    }
    auto settings = attention->defaults();
    for (std::int64_t heads = 4; heads >= 1; heads /= 2) {
      settings.set("heads", heads);
      if (attention->valid(settings, {width, 1, Protocol::kMadsearch}).empty()) break;
    }
    *block = {"attention", settings, "", false};
  }
  return canonical(out);
}

/// FLOPs of a training step as papers count them: 6 N a token, where N counts the parameters of blocks and unembedding
/// that a token uses, and 12 L² D a sequence for each layer of full attention. What a recurrence computes over its
/// state is not counted, so its share of the peak is a low one.
double flops_of(const Genome& genome, Shape shape, std::int64_t batch) {
  auto sized = genome;
  std::int64_t full = 0;
  for (const auto* block : blocks(sized)) {
    const auto* primitive = find_primitive(block->primitive);
    const auto state = [&](std::int64_t length) {
      return primitive->cost(block->settings, {shape.width, length}).state;
    };
    full += primitive->family == "attention" && state(2 * shape.length) > state(shape.length);
  }
  const auto N = static_cast<double>(cost(genome, shape).active() + shape.width * kVocabulary);
  const auto L = static_cast<double>(shape.length);
  return static_cast<double>(batch) * L * (6 * N + 12 * L * static_cast<double>(shape.width * full));
}

/// Sequences of random tokens, each to predict the next.
Batch random_batch(std::int64_t sequences, std::int64_t length, const at::Device& device) {
  const auto tokens =
      at::randint(kVocabulary, {sequences, length}, at::TensorOptions().dtype(at::kLong).device(device));
  const auto targets = tokens.roll({-1}, {1}).reshape({-1});
  return {tokens, at::arange(targets.size(0), targets.options()), targets};
}

/// A design that can take steps.
class Subject {
 public:
  Subject(const Genome& design, const BenchRequest& request, const Runtime& runtime)
      : request_(request), runtime_(runtime), genome_(solve_sizes(design, shape()).genome) {
    if (const auto why = invalid(genome_, shape()); !why.empty())
      throw std::invalid_argument(text(design) + ": " + why);
    const MemoryWatch watch(runtime.device);
    const auto replicas = static_cast<std::size_t>(request.replicas);
    model_ = std::make_unique<Model>(genome_, options());
    optimizer_ =
        std::make_unique<AdamW>(*model_, std::vector(replicas, 1e-3), std::vector(replicas, 0.1), AdamW::Options{});
    step_ = std::make_unique<TrainingStep>(*model_, *optimizer_, StepPlan{runtime.recorder});
    held_ = static_cast<double>(watch.held());
  }

  /// The peak memory that steps would have.
  double predicted_mib() {
    const auto sequences = [&](std::int64_t n) { return random_batch(n, request_.length, runtime_.device); };
    const auto rehearse = [&](const Batch& batch) { step_->rehearse(batch); };
    const auto step = predict_memory({rehearse, sequences, request_.batch, runtime_.device});
    const auto update = memory_of_update(static_cast<double>(optimizer_->values().nbytes()), runtime_.device);
    return (held_ + std::max(step, update)) / (1 << 20);
  }

  /// Median of a step.
  double milliseconds() {
    const auto batch = random_batch(request_.batch, request_.length, runtime_.device);
    // Steps before the timing. A step that is recorded is so in the fourth.
    const std::int64_t warm = runtime_.recorder ? 5 : 2;
    std::vector<double> times;
    for (std::int64_t i = 0; i < request_.steps + warm; ++i) {
      const Stopwatch watch(runtime_);
      (*step_)(batch, 1);
      runtime_.synchronize();
      if (i >= warm) times.push_back(1e3 * watch.wall_seconds());
    }
    return quantile(times, 0.5);
  }

  double flops() const { return flops_of(genome_, shape(), request_.replicas * request_.batch); }

 private:
  Shape shape() const { return {request_.width, request_.length, Protocol::kMadsearch}; }
  ModelOptions options() const {
    ModelOptions out;
    out.width = request_.width;
    out.vocabulary = kVocabulary;
    out.max_length = request_.length;
    for (std::int64_t r = 0; r < request_.replicas; ++r)
      out.seeds.push_back(Seed{1}.derive(static_cast<std::uint64_t>(r)));
    out.options = at::TensorOptions().dtype(at::kFloat).device(runtime_.device);
    return out;
  }

  const BenchRequest& request_;
  const Runtime& runtime_;
  Genome genome_;
  std::unique_ptr<Model> model_;
  std::unique_ptr<AdamW> optimizer_;
  std::unique_ptr<TrainingStep> step_;
  double held_ = 0;  // bytes, by what it consists of
};

/// What can be said of a design without what others take.
BenchRow row_of(const Genome& design, const BenchRequest& request, const Runtime& runtime) {
  BenchRow out{.width = request.width, .length = request.length, .batch = request.batch};
  const Peak peak(runtime);
  Subject subject(design, request, runtime);
  out.predicted_mib = subject.predicted_mib();
  if (request.steps == 0) return out;
  out.milliseconds = subject.milliseconds();
  out.peak_memory_mib = peak.above();
  out.gflops = subject.flops() / out.milliseconds * 1e-6;
  return out;
}

}  // namespace

double peak_gflops(const Runtime& runtime) {
  const at::NoGradGuard no_grad;
  const bool gpu = runtime.device.is_cuda();
  const std::int64_t n = gpu ? 8192 : 1024;  // a small product is over before a GPU is at work
  const auto a = at::rand({n, n}, at::TensorOptions().dtype(gpu ? at::kBFloat16 : at::kFloat).device(runtime.device));
  double best = 0;
  for (int i = 0; i < 10; ++i) {
    const Stopwatch watch(runtime);
    const auto c = at::matmul(a, a);
    runtime.synchronize();
    best = std::max(best, 2e-9 * static_cast<double>(n * n * n) / watch.wall_seconds());
  }
  return best;
}

BenchReply bench(const BenchRequest& request, const Runtime& runtime) {
  if (request.width < 4 || request.length < 1 || request.batch < 1 || request.replicas < 1 || request.steps < 0)
    throw std::invalid_argument("bench step needs a width of 4, a length, a batch and a replica at least");
  BenchReply reply{.id = request.id, .peak_gflops = request.steps > 0 ? peak_gflops(runtime) : 0};
  std::map<std::string, double> attention;  // twins share one timing
  for (const auto& design : request.designs) {
    const auto genome = parse_expanded(design);
    auto& row = reply.rows.emplace_back(row_of(genome, request, runtime));
    row.design = design;
    if (request.steps == 0) continue;
    const auto twin = as_transformer(genome, request.width);
    auto [at, fresh] = attention.try_emplace(text(twin), row.milliseconds);
    if (fresh && text(twin) != text(canonical(genome))) at->second = Subject(twin, request, runtime).milliseconds();
    row.ratio_to_attention = row.milliseconds / at->second;
    row.share_of_peak = row.gflops / reply.peak_gflops;
  }
  return reply;
}

}  // namespace madsearch
