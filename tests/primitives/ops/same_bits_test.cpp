// Recurrences whose backward makes the states again, one sequence after the other in the same scratch: on a CPU their
// numbers depend neither on which other sequences there are nor on the threads, or stored studies would.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "primitives/ops/cells.h"
#include "primitives/ops/delta_recurrence.h"
#include "primitives/ops/diagonal_scan.h"
#include "primitives/ops/gated_recurrence.h"
#include "primitives/ops/gated_scan.h"
#include "primitives/ops/inner_training.h"
#include "primitives/ops/mesa_regression.h"
#include "primitives/ops/selective_scan.h"
#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

using Tensors = std::vector<at::Tensor>;

constexpr std::int64_t R = 2, B = 3, T = 37, D = 8;

at::Tensor own(at::IntArrayRef rest, std::uint64_t seed) {
  std::vector<std::int64_t> sizes = {R, B};
  sizes.insert(sizes.end(), rest.begin(), rest.end());
  return random_tensor(sizes, seed, at::kFloat) / 4;
}

struct Recurrence {
  std::string name;
  Tensors sequences;  // [R, B, ...]
  Tensors weights;    // [R, ...], of all sequences of a replica
  std::function<at::Tensor(const Tensors& sequences, const Tensors& weights)> run;  // -> [R, B, ...]
  friend void PrintTo(const Recurrence& kind, std::ostream* out) { *out << kind.name; }
};

Recurrence cell(const std::string& name, Cell kind, std::int64_t gates) {
  return {name,
          {own({T, gates * D}, 1)},
          {random_tensor({R, 2, gates, D / 2, D / 2}, 2, at::kFloat) / 4, random_tensor({R, gates * D}, 3, at::kFloat)},
          [kind](const Tensors& x, const Tensors& w) { return run_cell(kind, x[0], w[0], w[1]).h; }};
}

Recurrence outer(const std::string& name, std::int64_t decays) {
  return {name,
          {own({T, D}, 1), own({T, D}, 2), -own({T, decays}, 3).abs(), own({T, D}, 4)},
          {},
          [](const Tensors& x, const Tensors&) { return gated_recurrence(x[0], x[1], x[2], x[3]); }};
}

Recurrence delta(const std::string& name, std::int64_t steps) {
  return {name,
          {own({T, 2, D}, 1), own({T * steps, 2, D}, 2), own({T * steps, 2, D}, 3), own({T * steps, 2, D}, 4),
           own({T * steps, 2, D}, 5), -own({T, 2, D}, 6).abs()},
          {},
          [](const Tensors& x, const Tensors&) {
            return delta_recurrence({x[0], x[1], x[2], x[3], x[4], x[5]}).first;
          }};
}

std::vector<Recurrence> recurrences() {
  return {
      outer("gated_recurrence", 1),
      outer("gated_recurrence_of_channels", D),
      delta("delta_recurrence", 1),
      delta("delta_product", 2),
      {"gated_scan",
       {own({T, D}, 1), own({T, D}, 2)},
       {},
       [](const Tensors& x, const Tensors&) { return gated_scan(x[0], x[1]); }},
      {"diagonal_scan",
       {own({T, 2, D}, 1), own({T, 2, D}, 2)},
       {},
       [](const Tensors& x, const Tensors&) { return diagonal_scan(x[0], x[1]); }},
      {"diagonal_filter",
       {own({T, D}, 1)},
       {random_tensor({R, 2, 4, D}, 2, at::kFloat) / 4, random_tensor({R, 2, 4, D}, 3, at::kFloat)},
       [](const Tensors& x, const Tensors& w) { return diagonal_filter(w[0], w[1], x[0]); }},
      {"selective_scan",
       {own({T, D}, 1), own({T, D}, 2).abs(), own({T, 4}, 3), own({T, 4}, 4)},
       {-random_tensor({R, 4, D}, 5, at::kFloat).abs()},
       [](const Tensors& x, const Tensors& w) { return selective_scan(x[0], x[1], w[0], x[2], x[3]); }},
      {"mesa_regression",
       {own({T, D}, 1), own({T, D}, 2), own({T, D}, 3), -own({T}, 4).abs(), own({T}, 5).abs(), own({D}, 6).abs() + 1},
       {},
       [](const Tensors& x, const Tensors&) {
         return mesa_regression({x[0], x[1], x[2], x[3], x[4], x[5]}).o;
       }},
      {"train_inner",
       {own({T, D}, 1), own({T, D}, 2), own({T, D}, 3), own({T}, 4).abs() / D, own({5}, 5).abs(), own({D}, 6) + 1,
        own({D}, 7), own({D, D}, 8), own({D}, 9)},
       {},
       [](const Tensors& x, const Tensors&) {
         return train_inner({x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[8]}).z;
       }},
      cell("lstm", Cell::kLstm, 4),
      cell("gru", Cell::kGru, 3),
      cell("slstm", Cell::kSlstm, 4),
  };
}

struct Numbers {
  at::Tensor output;
  Tensors of_sequences, of_weights;  // gradients of sum(output * weight), weight random
};

/// Of sequences `from` to `to` of each replica.
Numbers numbers(const Recurrence& kind, std::int64_t from = 0, std::int64_t to = B) {
  Tensors cut;
  for (const auto& tensor : kind.sequences) cut.push_back(tensor.slice(1, from, to).contiguous());
  const auto sequences = leaves(cut, at::kFloat);
  const auto weights = leaves(kind.weights, at::kFloat);
  Numbers out{.output = kind.run(sequences, weights)};
  auto sizes = out.output.sizes().vec();
  sizes[1] = B;
  out.output.backward(random_tensor(sizes, 99, at::kFloat).slice(1, from, to).contiguous());
  for (const auto& tensor : sequences) out.of_sequences.push_back(tensor.grad());
  for (const auto& tensor : weights) out.of_weights.push_back(tensor.grad());
  return out;
}

class SameBits : public ::testing::TestWithParam<Recurrence> {};

TEST_P(SameBits, OfASequenceAloneAndAmongOthers) {
  const auto all = numbers(GetParam());
  for (std::int64_t b = 0; b < B; ++b) {
    const auto alone = numbers(GetParam(), b, b + 1);
    EXPECT_TRUE(alone.output.equal(all.output.slice(1, b, b + 1))) << b;
    for (std::size_t n = 0; n < alone.of_sequences.size(); ++n)
      EXPECT_TRUE(alone.of_sequences[n].equal(all.of_sequences[n].slice(1, b, b + 1))) << b << ", input " << n;
  }
}

TEST_P(SameBits, WithAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = numbers(GetParam());
  for (const int more : {2, 3, 7}) {
    at::set_num_threads(more);
    const auto many = numbers(GetParam());
    EXPECT_TRUE(many.output.equal(one.output)) << more;
    for (std::size_t n = 0; n < one.of_sequences.size(); ++n)
      EXPECT_TRUE(many.of_sequences[n].equal(one.of_sequences[n])) << more << " threads, input " << n;
    for (std::size_t n = 0; n < one.of_weights.size(); ++n)
      EXPECT_TRUE(many.of_weights[n].equal(one.of_weights[n])) << more << " threads, weight " << n;
  }
  at::set_num_threads(threads);
}

INSTANTIATE_TEST_SUITE_P(Recurrences, SameBits, ::testing::ValuesIn(recurrences()),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace madsearch
