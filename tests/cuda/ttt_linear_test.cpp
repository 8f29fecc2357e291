#include "primitives/kernels/launch_ttt.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
struct Gradients {
  std::vector<S> q, k, v, rate, scale, weight, bias;
  Gradients(std::int64_t M, std::int64_t T, std::int64_t F, std::int64_t n)
      : q(zeros<S>(M * T * F)),
        k(q),
        v(q),
        rate(zeros<S>(M * T)),
        scale(zeros<S>(M * n)),
        weight(zeros<S>(M * F)),
        bias(weight) {}
  TttLinearGradients<S> pointers() {
    return {q.data(), k.data(), v.data(), rate.data(), scale.data(), weight.data(), bias.data()};
  }
};

template <class S>
class TttLinearOnCuda : public testing::Test {};
TYPED_TEST_SUITE(TttLinearOnCuda, Scalars);

TYPED_TEST(TttLinearOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto M = trial.size("M", 1, 3), T = trial.size("T", 1, 20), F = trial.one_of("F", {1, 3, 8, 16, 17, 32, 40}),
               n = trial.size("n", 1, 9), batches = (T + n - 1) / n;
    const auto q = trial.numbers<S>(M * T * F);
    const auto k = trial.numbers<S>(M * T * F);
    const auto v = trial.numbers<S>(M * T * F);
    const auto rate = trial.numbers<S>(M * T, 0, 0.05);
    const auto scale = trial.numbers<S>(M * n, 0, 1);
    const auto weight = trial.numbers<S>(M * F, 0.5, 1.5);
    const auto bias = trial.numbers<S>(M * F);
    const auto first_W = trial.numbers<S>(M * F * F);
    const auto first_b = trial.numbers<S>(M * F);
    const TttLinear<S> in = {.q = q.data(),
                             .k = k.data(),
                             .v = v.data(),
                             .rate = rate.data(),
                             .scale = scale.data(),
                             .weight = weight.data(),
                             .bias = bias.data(),
                             .M = M,
                             .T = T,
                             .F = F,
                             .n = n};

    Both<S> W(first_W), b(first_b), z(unwritten<S>(M * T * F));
    auto scratch = unwritten<S>(M * ttt_linear_scratch(F, n));
    ttt_linear_cpu<S>(in, W.cpu.data(), b.cpu.data(), z.cpu.data());
    ttt_linear_cuda<S>(in, W.cuda.data(), b.cuda.data(), z.cuda.data(), scratch.data(), nullptr);
    trial.expect_same("z", z);
    trial.expect_same("W", W);
    trial.expect_same("b", b);

    const auto dz = trial.numbers<S>(M * T * F);
    Both<S> again_W(first_W), again_b(first_b), dW(trial.numbers<S>(M * F * F)), db(trial.numbers<S>(M * F));
    Gradients<S> cpu(M, T, F, n), cuda(M, T, F, n);
    auto states = unwritten<S>(M * batches * (F * F + F));
    auto more_scratch = unwritten<S>(M * ttt_linear_backward_scratch(F, n));
    ttt_linear_backward_cpu<S>(in, again_W.cpu.data(), again_b.cpu.data(), dz.data(), dW.cpu.data(), db.cpu.data(),
                               cpu.pointers());
    ttt_linear_backward_cuda<S>(in, again_W.cuda.data(), again_b.cuda.data(), dz.data(), dW.cuda.data(), db.cuda.data(),
                                cuda.pointers(), states.data(), more_scratch.data(), nullptr);
    trial.expect_same("W in backward", again_W);
    trial.expect_same("b in backward", again_b);
    trial.expect_same("dW", dW);
    trial.expect_same("db", db);
    trial.expect_same("dq", cuda.q, cpu.q);
    trial.expect_same("dk", cuda.k, cpu.k);
    trial.expect_same("dv", cuda.v, cpu.v);
    trial.expect_same("drate", cuda.rate, cpu.rate);
    trial.expect_same("dscale", cuda.scale, cpu.scale);
    trial.expect_same("dweight", cuda.weight, cpu.weight);
    trial.expect_same("dbias", cuda.bias, cpu.bias);
  });
}

}  // namespace
}  // namespace madsearch::kernels
