#include "primitives/kernels/launch.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class SelectiveScanOnCuda : public testing::Test {};
TYPED_TEST_SUITE(SelectiveScanOnCuda, Scalars);

TYPED_TEST(SelectiveScanOnCuda, AgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto R = trial.size("R", 1, 3), M = R * trial.size("B", 1, 3), T = trial.size("T", 1, 9),
               I = trial.size("I", 1, 70), N = trial.one_of("N", {1, 3, 4, 7, 16, 29, 50, 100, 200});
    const auto u = trial.numbers<S>(M * T * I);
    const auto delta = trial.numbers<S>(M * T * I, 0, 1);
    const auto A = trial.numbers<S>(R * N * I, -2, 0);
    const auto B = trial.numbers<S>(M * T * N);
    const auto C = trial.numbers<S>(M * T * N);
    const auto first = trial.numbers<S>(M * N * I);
    const SelectiveScan<S> in = {u.data(), delta.data(), A.data(), B.data(), C.data(), R, M, T, I, N};

    Both<S> y(unwritten<S>(M * T * I)), h(first);
    selective_scan_cpu<S>(in, y.cpu.data(), h.cpu.data());
    selective_scan_cuda<S>(in, first.data(), y.cuda.data(), h.cuda.data(), nullptr);
    trial.expect_same("y", y);
    trial.expect_same("h", h);

    const auto dy = trial.numbers<S>(M * T * I);
    const auto [blocks, chunks] = selective_parts(T, I, N);
    const auto last = trial.numbers<S>(M * N * I);
    Both<S> dh(last), du(unwritten<S>(M * T * I)), ddelta(unwritten<S>(M * T * I));
    auto dA = zeros<S>(R * N * I);
    auto dB = zeros<S>(M * T * N);
    auto dC = dB;
    auto each_dA = unwritten<S>(M * N * I);
    auto each_dB = unwritten<S>(blocks * M * T * N);
    auto each_dC = each_dB;
    auto kept = unwritten<S>(M * chunks * N * I);
    const SelectiveGradients<S> d = {du.cuda.data(), ddelta.cuda.data(), each_dA.data(), each_dB.data(),
                                     each_dC.data()};
    selective_scan_backward_cpu<S>(in, first.data(), dy.data(), dh.cpu.data(), du.cpu.data(), ddelta.cpu.data(),
                                   dA.data(), dB.data(), dC.data());
    selective_scan_backward_cuda<S>(in, first.data(), dy.data(), last.data(), d, kept.data(), dh.cuda.data(), nullptr);
    trial.expect_same("dh", dh);
    trial.expect_same("du", du);
    trial.expect_same("ddelta", ddelta);
    trial.expect_same("dA", summed(each_dA, R, N * I), dA);
    trial.expect_same("dB", summed(each_dB, 1, M * T * N), dB);
    trial.expect_same("dC", summed(each_dC, 1, M * T * N), dC);
  });
}

TEST(SelectiveScanOnCuda, TakesMoreSequencesThanAGridHasBlocksAlongY) {
  for_each_trial(1, [](Trial& trial) {
    const auto M = 65537;
    const auto u = trial.numbers<float>(M);
    const auto delta = trial.numbers<float>(M, 0, 1);
    const float A = -1;
    const auto B = trial.numbers<float>(M);
    const SelectiveScan<float> in = {u.data(), delta.data(), &A, B.data(), B.data(), 1, M, 1, 1, 1};
    Both<float> y(unwritten<float>(M)), h(zeros<float>(M));
    selective_scan_cpu<float>(in, y.cpu.data(), h.cpu.data());
    selective_scan_cuda<float>(in, nullptr, y.cuda.data(), nullptr, nullptr);
    trial.expect_same("y", y);
  });
}

}  // namespace
}  // namespace madsearch::kernels
