#include "primitives/kernels/launch.h"
#include "primitives/kernels/outer_of.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

/// x [rows, size] summed over size.
template <class S>
std::vector<S> row_sums(const std::vector<S>& x, std::int64_t size) {
  auto out = zeros<S>(static_cast<std::int64_t>(x.size()) / size);
  for (std::size_t p = 0; p < x.size(); ++p) out[p / static_cast<std::size_t>(size)] += x[p];
  return out;
}

template <class S>
class GatedRecurrenceOnCuda : public testing::Test {};
TYPED_TEST_SUITE(GatedRecurrenceOnCuda, Scalars);

TYPED_TEST(GatedRecurrenceOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(16, [](Trial& trial) {
    const auto M = trial.size("M", 1, 5), T = trial.size("T", 1, 8), K = trial.one_of("K", {1, 7, 16, 20, 33, 140}),
               V = trial.one_of("V", {1, 5, 12, 31, 64, 200}), decays = trial.one_of("decays", {0, 1, K});
    const bool bonus = trial.coin("u");
    const auto q = trial.numbers<S>(M * T * K);
    const auto k = trial.numbers<S>(M * T * K);
    const auto w = trial.numbers<S>(M * T * decays, 0.2, 1);
    const auto v = trial.numbers<S>(M * T * V);
    const auto u = trial.numbers<S>(M * K);
    const auto first = trial.numbers<S>(M * K * V);
    const GatedRecurrence<const S> in = {
        q.data(), k.data(), decays ? w.data() : nullptr, v.data(), bonus ? u.data() : nullptr, M, T, K, V, decays};

    Both<S> o(unwritten<S>(M * T * V)), h(first);
    gated_recurrence_cpu<S>(in, o.cpu.data(), h.cpu.data());
    outer_scan_cuda<S>(outer_of(in), first.data(), o.cuda.data(), nullptr, h.cuda.data(), nullptr);
    trial.expect_same("o", o);
    trial.expect_same("h", h);

    const auto d_o = trial.numbers<S>(M * T * V);
    const auto last = trial.numbers<S>(M * K * V);
    Both<S> dh(last), dq(zeros<S>(M * T * K)), dk(dq), dv(unwritten<S>(M * T * V)), du(zeros<S>(M * K));
    auto dw = zeros<S>(M * T * decays);
    auto each_dw = unwritten<S>(M * T * K);
    auto inner = unwritten<S>(M * K);
    const GatedRecurrence<S> d = {dq.cpu.data(),
                                  dk.cpu.data(),
                                  decays ? dw.data() : nullptr,
                                  dv.cpu.data(),
                                  bonus ? du.cpu.data() : nullptr,
                                  M,
                                  T,
                                  K,
                                  V,
                                  decays};
    const OuterGradients<S> outer_d = {.q = dq.cuda.data(),
                                       .a = nullptr,
                                       .b = nullptr,
                                       .k = dk.cuda.data(),
                                       .v = dv.cuda.data(),
                                       .log_w = decays ? each_dw.data() : nullptr,
                                       .bonus = bonus ? du.cuda.data() : nullptr};
    gated_recurrence_backward_cpu<S>(in, first.data(), d_o.data(), dh.cpu.data(), d);
    outer_scan_backward_cuda<S>(outer_of(in), first.data(), nullptr, d_o.data(), last.data(), outer_d, nullptr,
                                inner.data(), dh.cuda.data(), nullptr);
    trial.expect_same("dh", dh);
    trial.expect_same("dq", dq);
    trial.expect_same("dk", dk);
    if (decays == K) trial.expect_same("dw", each_dw, dw);
    if (decays == 1) trial.expect_same("dw", row_sums(each_dw, K), dw);
    trial.expect_same("dv", dv);
    trial.expect_same("du", du);
  });
}

TEST(GatedRecurrenceOnCuda, TakesMoreSequencesThanAGridHasBlocksAlongY) {
  for_each_trial(1, [](Trial& trial) {
    const auto M = 65537;
    const auto q = trial.numbers<float>(M);
    const auto v = trial.numbers<float>(M);
    const GatedRecurrence<const float> in = {q.data(), q.data(), nullptr, v.data(), nullptr, M, 1, 1, 1, 0};
    Both<float> o(unwritten<float>(M)), h(zeros<float>(M));
    gated_recurrence_cpu<float>(in, o.cpu.data(), h.cpu.data());
    outer_scan_cuda<float>(outer_of(in), nullptr, o.cuda.data(), nullptr, nullptr, nullptr);
    trial.expect_same("o", o);
  });
}

}  // namespace
}  // namespace madsearch::kernels
