#include <cmath>

#include "primitives/kernels/launch_delta.h"
#include "primitives/kernels/outer_of.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class DeltaRecurrenceOnCuda : public testing::Test {};
TYPED_TEST_SUITE(DeltaRecurrenceOnCuda, Scalars);

TYPED_TEST(DeltaRecurrenceOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(16, [](Trial& trial) {
    const auto N = trial.size("N", 1, 4), T = trial.size("T", 1, 6), H = trial.size("H", 1, 3),
               K = trial.one_of("K", {1, 7, 16, 20, 33, 140}), V = trial.one_of("V", {1, 5, 12, 31, 64, 150}),
               steps = trial.size("steps", 1, 3);
    const bool keys = trial.coin("k");
    const bool decay = trial.coin("w");
    const auto rows = N * T * H;
    const auto writes = rows * steps;
    const auto heads = N * H;
    const double small = 1 / std::sqrt(static_cast<double>(K));
    const auto q = trial.numbers<S>(rows * K);
    const auto a = trial.numbers<S>(writes * K, -small, small);
    const auto b = trial.numbers<S>(writes * K, -small, small);
    const auto k = trial.numbers<S>(writes * K);
    const auto v = trial.numbers<S>(writes * V);
    const auto w = trial.numbers<S>(rows * K, 0.2, 1);
    const auto first = trial.numbers<S>(heads * K * V);
    const DeltaRecurrence<S> in = {.q = q.data(),
                                   .a = a.data(),
                                   .b = b.data(),
                                   .k = keys ? k.data() : nullptr,
                                   .v = v.data(),
                                   .w = decay ? w.data() : nullptr,
                                   .N = N,
                                   .T = T,
                                   .H = H,
                                   .K = K,
                                   .V = V,
                                   .steps = steps};

    Both<S> o(unwritten<S>(rows * V)), h(first), change(unwritten<S>(writes * V));
    delta_recurrence_cpu<S>(in, o.cpu.data(), h.cpu.data(), change.cpu.data());
    outer_scan_cuda<S>(outer_of(in), first.data(), o.cuda.data(), change.cuda.data(), h.cuda.data(), nullptr);
    trial.expect_same("o", o);
    trial.expect_same("h", h);
    trial.expect_same("change", change);

    const auto d_o = trial.numbers<S>(rows * V);
    const auto last = trial.numbers<S>(heads * K * V);
    Both<S> dq(zeros<S>(rows * K)), da(zeros<S>(writes * K)), db(da), dk(da), dv(zeros<S>(writes * V)), dw(dq);
    Both<S> dh(last);
    auto du = unwritten<S>(writes * V);
    auto inner = unwritten<S>(heads * K);
    const DeltaGradients<S> d = {.q = dq.cpu.data(),
                                 .a = da.cpu.data(),
                                 .b = db.cpu.data(),
                                 .k = keys ? dk.cpu.data() : nullptr,
                                 .v = dv.cpu.data(),
                                 .w = decay ? dw.cpu.data() : nullptr};
    const OuterGradients<S> outer_d = {.q = dq.cuda.data(),
                                       .a = da.cuda.data(),
                                       .b = db.cuda.data(),
                                       .k = keys ? dk.cuda.data() : nullptr,
                                       .v = dv.cuda.data(),
                                       .log_w = decay ? dw.cuda.data() : nullptr,
                                       .bonus = nullptr};
    delta_recurrence_backward_cpu<S>(in, first.data(), change.cpu.data(), d_o.data(), d, dh.cpu.data());
    outer_scan_backward_cuda<S>(outer_of(in), first.data(), change.cpu.data(), d_o.data(), last.data(), outer_d,
                                du.data(), inner.data(), dh.cuda.data(), nullptr);
    if (decay)
      for (std::size_t p = 0; p < w.size(); ++p) dw.cpu[p] *= w[p];  // of log w
    trial.expect_same("dh", dh);
    trial.expect_same("dq", dq);
    trial.expect_same("da", da);
    trial.expect_same("db", db);
    trial.expect_same("dk", dk);
    trial.expect_same("dv", dv);
    trial.expect_same("dw", dw);
  });
}

TEST(DeltaRecurrenceOnCuda, TakesMoreHeadsThanAGridHasBlocksAlongY) {
  for_each_trial(1, [](Trial& trial) {
    const auto N = 65537;
    const auto x = trial.numbers<float>(N);
    const DeltaRecurrence<float> in = {.q = x.data(),
                                       .a = x.data(),
                                       .b = x.data(),
                                       .k = nullptr,
                                       .v = x.data(),
                                       .w = nullptr,
                                       .N = N,
                                       .T = 1,
                                       .H = 1,
                                       .K = 1,
                                       .V = 1,
                                       .steps = 1};
    Both<float> o(unwritten<float>(N)), h(zeros<float>(N));
    delta_recurrence_cpu<float>(in, o.cpu.data(), h.cpu.data(), nullptr);
    outer_scan_cuda<float>(outer_of(in), nullptr, o.cuda.data(), nullptr, nullptr, nullptr);
    trial.expect_same("o", o);
  });
}

}  // namespace
}  // namespace madsearch::kernels
