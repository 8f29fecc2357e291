#include "engine/worker/held_out.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <numbers>
#include <optional>

#include "engine/worker/examples.h"
#include "engine/worker/runtime.h"

namespace madsearch {
namespace {

/// The tokens of a window: the one before its first target, then its targets.
using Window = std::vector<std::int32_t>;

std::int64_t targets_of(const Window& window) { return static_cast<std::int64_t>(window.size()) - 1; }

/// The documents cut into windows of `length` targets; the last of a document may be shorter. Where no separator stands
/// before a document, nothing predicts its first token, which only begins its first window.
std::vector<Window> windows_of(const std::vector<Document>& documents, std::int64_t length,
                               std::optional<std::int32_t> separator) {
  std::vector<Window> out;
  for (const auto& document : documents) {
    const auto size = static_cast<std::int64_t>(document.tokens.size());
    for (std::int64_t first = separator ? 0 : 1; first < size; first += length) {
      const auto targets = document.tokens.begin() + first;
      Window window = {first ? *(targets - 1) : *separator};
      window.insert(window.end(), targets, targets + std::min(length, size - first));
      out.push_back(std::move(window));
    }
  }
  return out;
}

/// Windows first .. first + n - 1, padded to `length` with a token that is not scored.
Batch batch_of(const Window* first, std::int64_t n, std::int64_t length, std::int32_t padding,
               const at::Device& device) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += targets_of(first[i]);
  HostBatch out(n, length, count, device);
  std::fill_n(out.inputs(), n * length, padding);
  auto* scored = out.scored();
  auto* targets = out.targets();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t t = 0; t < targets_of(first[i]); ++t) {
      out.inputs()[i * length + t] = first[i][static_cast<std::size_t>(t)];
      *scored++ = i * length + t;
      *targets++ = first[i][static_cast<std::size_t>(t + 1)];
    }
  return out.send();
}

/// For each target of windows first .. first + n - 1: does it end an n-gram of `size` that its window held before?
std::vector<bool> repeated_targets(const Window* first, std::int64_t n, int size) {
  std::vector<bool> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto one = repeats(first[i].data(), targets_of(first[i]), size);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

/// Nats of every scored target, [R, S] float64 on the CPU.
at::Tensor losses_of(Model& model, const Batch& batch) {
  const Autocast autocast(batch.inputs.device());
  const auto logits = model.forward(batch.inputs, batch.scored).to(at::kFloat);  // [R, S, V]
  const auto R = logits.size(0), S = logits.size(1);
  const auto expected = batch.targets.view({1, S, 1}).expand({R, S, 1});
  return (at::logsumexp(logits, {2}) - logits.gather(2, expected).squeeze(2)).to(at::kCPU, at::kDouble).contiguous();
}

/// Sums over targets: of all, and for each size of n-grams of those that end a repeated one.
class Sums {
 public:
  explicit Sums(std::int64_t replicas) : nats_(static_cast<std::size_t>(replicas)) {}

  void add(const at::Tensor& losses) {  // [R, S]
    const auto S = losses.size(1);
    count_ += S;
    for (std::size_t r = 0; r < nats_.size(); ++r) {
      const auto* loss = losses.data_ptr<double>() + static_cast<std::int64_t>(r) * S;
      for (std::int64_t s = 0; s < S; ++s) nats_[r] += loss[s];
    }
  }

  void add_repeated(int size, const at::Tensor& losses, const std::vector<bool>& repeated) {
    auto& sum = repeated_[size];
    sum.nats.resize(nats_.size());
    sum.count += std::count(repeated.begin(), repeated.end(), true);
    const auto S = losses.size(1);
    for (std::size_t r = 0; r < nats_.size(); ++r) {
      const auto* loss = losses.data_ptr<double>() + static_cast<std::int64_t>(r) * S;
      for (std::int64_t s = 0; s < S; ++s)
        if (repeated[static_cast<std::size_t>(s)]) sum.nats[r] += loss[s];
    }
  }

  BitsPerByte bits(std::size_t replica, double bytes_per_token) const {
    const auto bits = 1 / std::numbers::ln2 / bytes_per_token;
    BitsPerByte out{nats_[replica] * bits / static_cast<double>(count_), 0};
    int sizes = 0;
    for (const auto& [size, sum] : repeated_) {
      if (sum.count == 0) continue;
      out.recall += sum.nats[replica] * bits / static_cast<double>(sum.count);
      ++sizes;
    }
    if (sizes) out.recall /= sizes;
    return out;
  }

 private:
  struct Repeated {
    std::vector<double> nats;  // by replica
    std::int64_t count = 0;
  };
  std::vector<double> nats_;  // by replica
  std::int64_t count_ = 0;
  std::map<int, Repeated> repeated_;  // by size of the n-grams
};

}  // namespace

std::vector<BitsPerByte> held_out_bits(Model& model, const Corpus& corpus, int half, std::int64_t length,
                                       std::int64_t batch, bool with_recall) {
  const at::NoGradGuard no_grad;
  const auto device = model.options().options.device();
  const int least = corpus.bytes ? 4 : 2;
  const int most = corpus.bytes ? 8 : 4;
  const auto windows = windows_of(corpus.held_out[static_cast<std::size_t>(half)], length, corpus.separator);
  Sums sums(model.replicas());
  for (std::size_t start = 0; start < windows.size(); start += static_cast<std::size_t>(batch)) {
    const auto* first = windows.data() + start;
    const auto n = std::min<std::int64_t>(batch, static_cast<std::int64_t>(windows.size() - start));
    const auto losses = losses_of(model, batch_of(first, n, length, corpus.separator.value_or(0), device));
    sums.add(losses);
    for (int size = least; with_recall && size <= most; ++size)
      sums.add_repeated(size, losses, repeated_targets(first, n, size));
  }
  std::vector<BitsPerByte> out;
  for (std::int64_t r = 0; r < model.replicas(); ++r)
    out.push_back(sums.bits(static_cast<std::size_t>(r), corpus.bytes_per_token));
  return out;
}

}  // namespace madsearch
