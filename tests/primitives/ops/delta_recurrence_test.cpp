#include "primitives/ops/delta_recurrence.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/primitives/gradient_checks.h"

namespace madsearch {
namespace {

/// Which of the optional inputs there are, and how many numbers a decay has a head.
struct Form {
  bool keys = false;
  std::int64_t rates = 0;
  std::int64_t steps = 1;
  bool state = false;
};
const std::vector<Form> kForms = {{},
                                  {.keys = true},
                                  {.rates = 1, .steps = 2, .state = true},
                                  {.keys = true, .rates = 3, .state = true},
                                  {.rates = 3, .steps = 3},
                                  {.keys = true, .rates = 1, .steps = 2}};

/// q, a, b, v, then k, log_decay and state where `form` has them. K = 3.
std::vector<at::Tensor> numbers(const Form& form, std::int64_t B, std::int64_t T, std::int64_t H, std::int64_t V) {
  const auto n = form.steps;
  std::vector<at::Tensor> out = {random_tensor({B, T, H, 3}, 1), 0.5 * random_tensor({B, T * n, H, 3}, 2),
                                 0.5 * random_tensor({B, T * n, H, 3}, 3), random_tensor({B, T * n, H, V}, 4)};
  if (form.keys) out.push_back(random_tensor({B, T * n, H, 3}, 5));
  if (form.rates) out.push_back(-random_tensor({B, T, H, form.rates}, 6).abs());
  if (form.state) out.push_back(random_tensor({B, H, 3, V}, 7));
  return out;
}

std::pair<DeltaInputs, at::Tensor> inputs(const Form& form, const std::vector<at::Tensor>& from) {
  DeltaInputs in{.q = from[0], .a = from[1], .b = from[2], .v = from[3]};
  std::size_t next = 4;
  if (form.keys) in.k = from[next++];
  if (form.rates) in.log_decay = from[next++];
  return {in, form.state ? from[next] : at::Tensor()};
}

/// Outputs and the last state in one row a sequence.
at::Tensor both(const Form& form, const std::vector<at::Tensor>& from) {
  const auto [in, state] = inputs(form, from);
  const auto [o, last] = delta_recurrence(in, state);
  return at::cat({o.flatten(1), last.flatten(1)}, 1);
}

TEST(DeltaRecurrence, HasTheGradientsOfFiniteDifferences) {
  for (const auto& form : kForms)
    for (const std::int64_t T : {1, 4})
      expect_gradients([&](const auto& from) { return both(form, from); }, numbers(form, 2, T, 2, 5));
}

TEST(DeltaRecurrence, MultipliesByTheTransitionInFull) {
  for (const auto& form : kForms)
    for (const std::int64_t V : {1, 7, 33}) {
      const auto [in, state] = inputs(form, numbers(form, 2, 5, 2, V));
      const auto [o, last] = delta_recurrence(in, state);
      for (std::int64_t b = 0; b < 2; ++b)
        for (std::int64_t h = 0; h < 2; ++h) {
          auto S = state.defined() ? state[b][h] : at::zeros({3, V}, at::kDouble);
          for (std::int64_t t = 0; t < 5; ++t) {
            for (std::int64_t s = t * form.steps; s < (t + 1) * form.steps; ++s) {
              auto w = at::ones({3}, at::kDouble);
              if (form.rates && s == t * form.steps) w = w * at::exp(in.log_decay[b][t][h]);
              const auto a = in.a[b][s][h];
              const auto k = form.keys ? in.k[b][s][h] : -a;
              S = at::matmul(at::diag(w) + at::outer(a, in.b[b][s][h]), S) + at::outer(k, in.v[b][s][h]);
            }
            EXPECT_LT(relative_difference(o[b][t][h], at::matmul(in.q[b][t][h], S)), 1e-12);
          }
          EXPECT_LT(relative_difference(last[b][h], S), 1e-12);
        }
    }
}

TEST(DeltaRecurrence, GoesOnFromACarriedState) {
  for (const auto& form : kForms) {
    auto whole = numbers(form, 2, 9, 2, 5);
    auto parts = whole;
    for (auto& tensor : whole) tensor = tensor.clone().set_requires_grad(true);
    for (auto& tensor : parts) tensor = tensor.clone().set_requires_grad(true);
    const auto from = [&](const DeltaInputs& in, std::int64_t first, std::int64_t last) {
      const auto cut = [&](const at::Tensor& x, std::int64_t rows) {
        return x.defined() ? x.slice(1, first * rows, last * rows) : x;
      };
      const auto n = form.steps;
      return DeltaInputs{cut(in.q, 1), cut(in.a, n), cut(in.b, n), cut(in.k, n), cut(in.v, n), cut(in.log_decay, 1)};
    };
    const auto [in, state] = inputs(form, parts);
    const auto [o1, middle] = delta_recurrence(from(in, 0, 4), state);
    const auto [o2, last] = delta_recurrence(from(in, 4, 9), middle);
    const auto y = both(form, whole);
    const auto z = at::cat({o1.flatten(1), o2.flatten(1), last.flatten(1)}, 1);
    EXPECT_LT(relative_difference(z, y), 1e-13);
    const auto weight = random_tensor(y.sizes(), 8);
    y.backward(weight);
    z.backward(weight);
    for (std::size_t n = 0; n < whole.size(); ++n)
      EXPECT_LT(relative_difference(parts[n].grad(), whole[n].grad()), 1e-12) << "input " << n;
  }
}

TEST(DeltaRecurrence, DecodesAsItTrains) {
  for (const auto& form : kForms) {
    const auto [in, state] = inputs(form, numbers(form, 2, 6, 2, 5));
    const auto [o, last] = delta_recurrence(in, state);
    auto S = state.defined() ? state : at::zeros_like(last);
    const auto n = form.steps;
    for (std::int64_t t = 0; t < 6; ++t) {
      const auto cut = [&](const at::Tensor& x, std::int64_t rows) {
        return x.defined() ? x.slice(1, t * rows, (t + 1) * rows) : x;
      };
      const DeltaInputs one{cut(in.q, 1), cut(in.a, n), cut(in.b, n), cut(in.k, n), cut(in.v, n), cut(in.log_decay, 1)};
      EXPECT_LT(relative_difference(delta_step(one, S), o.slice(1, t, t + 1)), 1e-12);
    }
    EXPECT_LT(relative_difference(S, last), 1e-12);
  }
}

/// Steps of the delta rule with unit keys, as layers use it: stable at any length.
std::vector<at::Tensor> unit_keys(std::int64_t T, std::int64_t V) {
  const auto k = random_tensor({2, T, 2, 12}, 2);
  const auto unit = k / k.norm(2, {-1}, true);
  const auto beta = random_tensor({2, T, 2, 1}, 3).abs() / 1.5;
  return {random_tensor({2, T, 2, 12}, 1), -beta * unit, unit, random_tensor({2, T, 2, V}, 4),
          -random_tensor({2, T, 2, 12}, 5).abs() / 30};
}

TEST(DeltaRecurrence, HoldsInFloat32AtLength512) {
  const auto run = [](const std::vector<at::Tensor>& in) {
    return delta_recurrence({.q = in[0], .a = in[1], .b = in[2], .v = in[3], .log_decay = in[4]}).first;
  };
  expect_the_same_in_float32(run, unit_keys(512, 23), 2e-6, 1e-5);
}

TEST(DeltaRecurrence, RecallsTheValueLastWrittenAtAKey) {
  constexpr std::int64_t T = 40, K = 8, V = 6;
  const auto q = std::get<0>(at::linalg_qr(random_tensor({K, K}, 1)));  // rows: orthonormal keys
  const auto chosen = (random_tensor({T}, 2) / 3 + 0.5).mul(K).floor().clamp(0, K - 1).to(at::kLong);
  const auto k = q.index_select(0, chosen).view({1, T, 1, K});
  const auto v = random_tensor({1, T, 1, V}, 3);
  const auto [o, S] = delta_recurrence({.q = k, .a = -k, .b = k, .v = v});  // β = 1
  EXPECT_LT(relative_difference(o, v), 1e-12);                              // a key that was just written
  for (std::int64_t key = 0; key < K; ++key) {
    auto last = at::zeros({V}, at::kDouble);
    for (std::int64_t t = 0; t < T; ++t)
      if (chosen[t].item<std::int64_t>() == key) last = v[0][t][0];
    EXPECT_LT((at::matmul(q[key], S[0][0]) - last).abs().max().item<double>(), 1e-12) << key;
  }
}

TEST(DeltaRecurrence, ReflectsWithBetaOfTwo) {
  const auto e = at::eye(2, at::kDouble);
  const auto u = at::tensor({0.6, 0.8}, at::kDouble);
  const auto k = at::stack({e[0], u}).view({1, 2, 1, 2});
  const auto none = at::zeros({1, 2, 1, 2}, at::kDouble);
  const auto last =
      delta_recurrence({.q = e[0].view({1, 1, 1, 2}), .a = -2 * k, .b = k, .v = none}, e.view({1, 1, 2, 2}))
          .second[0][0];
  EXPECT_LT(relative_difference(at::matmul(last, last.t()), e), 1e-14);  // two reflections are a rotation
  EXPECT_NEAR(at::linalg_det(last).item<double>(), 1, 1e-14);
  EXPECT_NEAR(last[0][0].item<double>(), -0.28, 1e-14);  // by twice the angle between the keys
}

TEST(DeltaRecurrence, TakesViewsThatAreNotContiguousAndLessThanFloat32) {
  const auto k = random_tensor({2, 6, 3, 4}, 1);
  const auto v = random_tensor({2, 6, 3, 4}, 2);
  const auto turned = [](const at::Tensor& u) { return u.transpose(1, 2).contiguous().transpose(1, 2); };
  EXPECT_TRUE(at::equal(delta_recurrence({.q = turned(k), .a = turned(-k), .b = turned(k), .v = turned(v)}).first,
                        delta_recurrence({.q = k, .a = -k, .b = k, .v = v}).first));
  const auto less = (0.1 * k).to(at::kBFloat16).set_requires_grad(true);
  const auto o = delta_recurrence({.q = less, .a = -less, .b = less, .v = less}).first;
  EXPECT_EQ(o.scalar_type(), at::kFloat);
  o.sum().backward();
  EXPECT_EQ(less.grad().scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace madsearch
