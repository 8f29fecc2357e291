#include "primitives/kernels/launch_mesa.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
struct Gradients {
  std::vector<S> q, k, v, g, beta, lambda;
  Gradients(std::int64_t M, std::int64_t T, std::int64_t F)
      : q(zeros<S>(M * T * F)), k(q), v(q), g(zeros<S>(M * T)), beta(g), lambda(zeros<S>(M * F)) {}
  MesaGradients<S> pointers() { return {q.data(), k.data(), v.data(), g.data(), beta.data(), lambda.data()}; }
};

template <class S>
class MesaOnCuda : public testing::Test {};
TYPED_TEST_SUITE(MesaOnCuda, Scalars);

TYPED_TEST(MesaOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto M = trial.size("M", 1, 2), T = trial.one_of("T", {1, 2, 3, kMesaChunk + 1, 2 * kMesaChunk}),
               F = trial.one_of("F", {1, 3, 8, 16, 17, 32, 70}), size = M * 2 * F * F;
    const auto q = trial.numbers<S>(M * T * F);
    const auto k = trial.numbers<S>(M * T * F);
    const auto v = trial.numbers<S>(M * T * F);
    const auto g = trial.numbers<S>(M * T, -0.3, 0);
    const auto beta = trial.numbers<S>(M * T, 0, 1);
    const auto lambda = trial.numbers<S>(M * F, 0.5, 2);
    const Mesa<S> in = {.q = q.data(),
                        .k = k.data(),
                        .v = v.data(),
                        .g = g.data(),
                        .beta = beta.data(),
                        .lambda = lambda.data(),
                        .M = M,
                        .T = T,
                        .F = F};

    Both<S> state(zeros<S>(size)), o(unwritten<S>(M * T * F));
    auto scratch = unwritten<S>(M * in.scratch());
    mesa_cpu<S>(in, state.cpu.data(), o.cpu.data());
    mesa_cuda<S>(in, state.cuda.data(), o.cuda.data(), scratch.data(), nullptr);
    trial.expect_same("o", o);
    trial.expect_same("state", state);

    const auto d_o = trial.numbers<S>(M * T * F);
    Both<S> again(zeros<S>(size)), d_state(trial.numbers<S>(size));
    Gradients<S> cpu(M, T, F), cuda(M, T, F);
    auto marks = unwritten<S>(size * in.marks());
    auto more_scratch = unwritten<S>(M * in.backward_scratch());
    mesa_backward_cpu<S>(in, again.cpu.data(), d_o.data(), d_state.cpu.data(), cpu.pointers());
    mesa_backward_cuda<S>(in, again.cuda.data(), d_o.data(), d_state.cuda.data(), cuda.pointers(), marks.data(),
                          more_scratch.data(), nullptr);
    trial.expect_same("state in backward", again);
    trial.expect_same("d_state", d_state);
    trial.expect_same("dq", cuda.q, cpu.q);
    trial.expect_same("dk", cuda.k, cpu.k);
    trial.expect_same("dv", cuda.v, cpu.v);
    trial.expect_same("dg", cuda.g, cpu.g);
    trial.expect_same("dbeta", cuda.beta, cpu.beta);
    trial.expect_same("dlambda", cuda.lambda, cpu.lambda);
  });
}

}  // namespace
}  // namespace madsearch::kernels
