#include "primitives/kernels/launch_diagonal.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class DiagonalOnCuda : public testing::Test {};
TYPED_TEST_SUITE(DiagonalOnCuda, Scalars);

TYPED_TEST(DiagonalOnCuda, ScanAgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto R = trial.size("R", 1, 3), M = R * trial.size("B", 1, 3), T = trial.size("T", 1, 9),
               C = trial.size("C", 1, 300), all = M * T * 2 * C;
    const bool each_token = trial.coin("each_token");
    const auto lambda = trial.numbers<S>(each_token ? all : R * 2 * C, -0.7, 0.7);
    const auto u = trial.numbers<S>(all);
    const auto first = trial.numbers<S>(M * 2 * C);
    const DiagonalScan<S> in = {lambda.data(), u.data(), R, M, T, C, each_token};

    Both<S> h(unwritten<S>(all)), state(first);
    diagonal_scan_cpu<S>(in, h.cpu.data(), state.cpu.data());
    diagonal_scan_cuda<S>(in, h.cuda.data(), state.cuda.data(), nullptr);
    trial.expect_same("h", h);
    trial.expect_same("state", state);

    const auto dh = trial.numbers<S>(all);
    Both<S> dstate(trial.numbers<S>(M * 2 * C)), du(unwritten<S>(all));
    auto dlambda = zeros<S>(static_cast<std::int64_t>(lambda.size()));
    auto each = zeros<S>(each_token ? all : M * 2 * C);
    diagonal_scan_backward_cpu<S>(in, h.cpu.data(), first.data(), dh.data(), dstate.cpu.data(), du.cpu.data(),
                                  dlambda.data());
    diagonal_scan_backward_cuda<S>(in, h.cpu.data(), first.data(), dh.data(), dstate.cuda.data(), du.cuda.data(),
                                   each.data(), nullptr);
    trial.expect_same("dstate", dstate);
    trial.expect_same("du", du);
    trial.expect_same("dlambda", each_token ? each : summed(each, R, 2 * C), dlambda);
  });
}

TYPED_TEST(DiagonalOnCuda, FilterAgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto R = trial.size("R", 1, 3), M = R * trial.size("B", 1, 3), T = trial.size("T", 1, 9),
               C = trial.size("C", 1, 300), N = trial.size("N", 1, 5), size = 2 * N * C;
    const auto lambda = trial.numbers<S>(R * size, -0.7, 0.7);
    const auto w = trial.numbers<S>(R * size);
    const auto u = trial.numbers<S>(M * T * C);
    const auto first = trial.numbers<S>(M * size);
    const DiagonalFilter<S> in = {lambda.data(), w.data(), u.data(), R, M, T, N, C};

    Both<S> y(unwritten<S>(M * T * C)), state(first);
    diagonal_filter_cpu<S>(in, y.cpu.data(), state.cpu.data());
    diagonal_filter_cuda<S>(in, y.cuda.data(), state.cuda.data(), nullptr);
    trial.expect_same("y", y);
    trial.expect_same("state", state);

    const auto dy = trial.numbers<S>(M * T * C);
    Both<S> advanced(first), dstate(trial.numbers<S>(M * size)), du(unwritten<S>(M * T * C));
    auto dlambda = zeros<S>(R * size), dw = dlambda;
    auto each_lambda = zeros<S>(M * size), each_w = each_lambda, s = each_lambda, sum = each_lambda;
    diagonal_filter_backward_cpu<S>(in, dy.data(), advanced.cpu.data(), dstate.cpu.data(), du.cpu.data(),
                                    dlambda.data(), dw.data());
    diagonal_filter_backward_cuda<S>(in, dy.data(), advanced.cuda.data(), s.data(), sum.data(), dstate.cuda.data(),
                                     du.cuda.data(), each_lambda.data(), each_w.data(), nullptr);
    trial.expect_same("state in backward", advanced);
    trial.expect_same("dstate", dstate);
    trial.expect_same("du", du);
    trial.expect_same("dlambda", summed(each_lambda, R, size), dlambda);
    trial.expect_same("dw", summed(each_w, R, size), dw);
  });
}

TEST(DiagonalOnCuda, TakesMoreSequencesThanAGridHasBlocksAlongY) {
  for_each_trial(1, [](Trial& trial) {
    const auto M = 65537;
    const auto lambda = trial.numbers<float>(2, -0.7, 0.7);
    const auto u = trial.numbers<float>(2 * M);
    const DiagonalScan<float> scan = {lambda.data(), u.data(), 1, M, 1, 1, false};
    Both<float> h(unwritten<float>(2 * M)), state(zeros<float>(2 * M));
    diagonal_scan_cpu<float>(scan, h.cpu.data(), state.cpu.data());
    diagonal_scan_cuda<float>(scan, h.cuda.data(), state.cuda.data(), nullptr);
    trial.expect_same("h", h);

    const DiagonalFilter<float> filter = {lambda.data(), lambda.data(), u.data(), 1, M, 1, 1, 1};
    Both<float> y(unwritten<float>(M));
    diagonal_filter_cpu<float>(filter, y.cpu.data(), state.cpu.data());
    diagonal_filter_cuda<float>(filter, y.cuda.data(), state.cuda.data(), nullptr);
    trial.expect_same("y", y);
  });
}

}  // namespace
}  // namespace madsearch::kernels
