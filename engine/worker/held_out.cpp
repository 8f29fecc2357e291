#include "engine/worker/held_out.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numbers>
#include <optional>

#include "engine/text/recall_slice.h"
#include "engine/worker/runtime.h"

namespace madsearch {
namespace {

/// Targets of a slice of which a mean says something: their losses lie some bits apart.
constexpr std::int64_t kFewestRecalled = 1000;

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

/// For each target of windows first .. first + n - 1: is it of the slice?
std::vector<bool> targets_of_slice(const Window* first, std::int64_t n, const RecallSlice& slice) {
  std::vector<bool> out;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto one = slice.of(first[i].data(), targets_of(first[i]));
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

/// Nats of every replica, summed over some targets.
struct Sum {
  std::vector<double> nats;
  std::int64_t count = 0;

  explicit Sum(std::int64_t replicas) : nats(static_cast<std::size_t>(replicas)) {}

  /// losses [R, S]; of a target that `counts` holds for.
  template <class Counts>
  void add(const at::Tensor& losses, Counts&& counts) {
    const auto S = losses.size(1);
    for (std::int64_t s = 0; s < S; ++s) count += counts(s);
    for (std::size_t r = 0; r < nats.size(); ++r) {
      const auto* loss = losses.data_ptr<double>() + static_cast<std::int64_t>(r) * S;
      for (std::int64_t s = 0; s < S; ++s)
        if (counts(s)) nats[r] += loss[s];
    }
  }

  double bits(std::size_t replica, double bytes_per_token) const {
    return nats[replica] / std::numbers::ln2 / bytes_per_token / static_cast<double>(count);
  }
};

BitsPerByte bits_of(const Sum& all, const Sum& slice, std::size_t replica, double bytes_per_token) {
  BitsPerByte out;
  out.all = all.bits(replica, bytes_per_token);
  if (slice.count >= kFewestRecalled) out.recall = slice.bits(replica, bytes_per_token);
  out.recall_share = static_cast<double>(slice.count) / static_cast<double>(all.count);
  return out;
}

}  // namespace

at::Tensor target_losses(Model& model, const Batch& batch) {
  const at::NoGradGuard no_grad;
  const Autocast autocast(batch.inputs.device());
  const auto logits = model.forward(batch.inputs, batch.scored).to(at::kFloat);  // [R, S, V]
  const auto R = logits.size(0), S = logits.size(1);
  const auto expected = batch.targets.view({1, S, 1}).expand({R, S, 1});
  return (at::logsumexp(logits, {2}) - logits.gather(2, expected).squeeze(2)).to(at::kCPU, at::kDouble).contiguous();
}

std::vector<BitsPerByte> held_out_bits(Model& model, const Corpus& corpus, int half, std::int64_t length,
                                       std::int64_t batch, bool with_recall) {
  const auto device = model.options().options.device();
  const auto windows = windows_of(corpus.held_out[static_cast<std::size_t>(half)], length, corpus.separator);
  std::optional<RecallSlice> recall;
  if (with_recall) recall.emplace(corpus, half);
  Sum all(model.replicas());
  Sum slice(model.replicas());
  for (std::size_t start = 0; start < windows.size(); start += static_cast<std::size_t>(batch)) {
    const auto* first = windows.data() + start;
    const auto n = std::min<std::int64_t>(batch, static_cast<std::int64_t>(windows.size() - start));
    const auto losses = target_losses(model, batch_of(first, n, length, corpus.separator.value_or(0), device));
    all.add(losses, [](std::int64_t) { return true; });
    if (!recall) continue;
    const auto of_slice = targets_of_slice(first, n, *recall);
    slice.add(losses, [&](std::int64_t s) -> bool { return of_slice[static_cast<std::size_t>(s)]; });
  }
  std::vector<BitsPerByte> out;
  for (std::size_t r = 0; r < all.nats.size(); ++r)
    out.push_back(bits_of(all, slice, r, corpus.held_out_bytes_per_token[static_cast<std::size_t>(half)]));
  return out;
}

}  // namespace madsearch
