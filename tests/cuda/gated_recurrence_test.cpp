#include "primitives/kernels/launch.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class GatedRecurrenceOnCuda : public testing::Test {};
TYPED_TEST_SUITE(GatedRecurrenceOnCuda, Scalars);

TYPED_TEST(GatedRecurrenceOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(16, [](Trial& trial) {
    const auto M = trial.size("M", 1, 5), T = trial.size("T", 1, 8), K = trial.size("K", 1, 20),
               V = trial.size("V", 1, 200), decays = trial.one_of("decays", {0, 1, K});
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
    gated_recurrence_cuda<S>(in, o.cuda.data(), h.cuda.data(), nullptr);
    trial.expect_same("o", o);
    trial.expect_same("h", h);

    const auto d_o = trial.numbers<S>(M * T * V);
    Both<S> dh(trial.numbers<S>(M * K * V)), dq(zeros<S>(M * T * K)), dk(zeros<S>(M * T * K)),
        dw(zeros<S>(M * T * decays)), dv(unwritten<S>(M * T * V)), du(zeros<S>(M * K));
    auto states = room_for_states(first, T, K * V);
    const auto out = [&](std::vector<S> Both<S>::*side) -> GatedRecurrence<S> {
      return {(dq.*side).data(),
              (dk.*side).data(),
              decays ? (dw.*side).data() : nullptr,
              (dv.*side).data(),
              bonus ? (du.*side).data() : nullptr,
              M,
              T,
              K,
              V,
              decays};
    };
    gated_recurrence_backward_cpu<S>(in, first.data(), d_o.data(), dh.cpu.data(), out(&Both<S>::cpu));
    gated_recurrence_backward_cuda<S>(in, states.data(), d_o.data(), dh.cuda.data(), out(&Both<S>::cuda), nullptr);
    trial.expect_same("dh", dh);
    trial.expect_same("dq", dq);
    trial.expect_same("dk", dk);
    trial.expect_same("dw", dw);
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
    gated_recurrence_cuda<float>(in, o.cuda.data(), h.cuda.data(), nullptr);
    trial.expect_same("o", o);
  });
}

}  // namespace
}  // namespace madsearch::kernels
