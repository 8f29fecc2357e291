#include "primitives/kernels/launch.h"
#include "primitives/kernels/launch_rows.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class RowsOnCuda : public testing::Test {};
TYPED_TEST_SUITE(RowsOnCuda, Scalars);

/// Rows of `numbers` that lie `stride` apart -> without what is between them.
template <class S>
std::vector<S> dense(const std::vector<S>& x, std::int64_t numbers, std::int64_t stride) {
  std::vector<S> out;
  for (std::size_t at = 0; at < x.size(); at += static_cast<std::size_t>(stride))
    out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(at),
               x.begin() + static_cast<std::ptrdiff_t>(at) + numbers);
  return out;
}

TYPED_TEST(RowsOnCuda, NormAgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto R = trial.size("R", 1, 3), rows = trial.one_of("rows", {1, 7, 40, 300}),
               D = trial.one_of("D", {1, 12, 32, 100, 700}), gap = trial.size("gap", 0, 3);
    const auto x = trial.numbers<S>(R * rows * (D + gap));
    const auto w = trial.numbers<S>(R * D);
    const auto dy = trial.numbers<S>(R * rows * D);
    const auto close = dense(x, D, D + gap);
    const Rows<S> in = {close.data(), w.data(), R, R * rows, D};
    const NormRows<S, S> on_cuda = {x.data(), w.data(), R, rows, D, D + gap};
    const S eps = S(1e-3);
    Both<S> y(unwritten<S>(R * rows * D)), dx(y);
    auto r = unwritten<S>(R * rows);
    auto dw = zeros<S>(R * D);
    auto each_dw = unwritten<S>(norm_blocks(rows) * R * D);
    rms_norm_cpu<S>(in, eps, y.cpu.data(), r.data());
    rms_norm_cuda<S, S>(on_cuda, eps, y.cuda.data(), nullptr);
    rms_norm_backward_cpu<S>(in, r.data(), dy.data(), dx.cpu.data(), dw.data());
    rms_norm_backward_cuda<S, S>(on_cuda, eps, dy.data(), dx.cuda.data(), each_dw.data(), nullptr);
    trial.expect_same("y", y);
    trial.expect_same("dx", dx);
    trial.expect_same("dw", summed(each_dw, 1, R * D), dw);
  });
}

TYPED_TEST(RowsOnCuda, GateAgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto rows = trial.size("rows", 1, 9), D = trial.size("D", 1, 70), gap = trial.size("gap", 0, 3);
    const auto a = trial.numbers<S>(rows * (D + gap), -4, 4);
    const auto b = trial.numbers<S>(rows * D);
    const auto dy = trial.numbers<S>(rows * D);
    const auto close = dense(a, D, D + gap);
    const GateRows<S> in = {a.data(), b.data(), rows, D, D + gap, D};
    Both<S> y(unwritten<S>(rows * D)), da(y), db(y);
    silu_gate_cpu<S>(close.data(), b.data(), y.cpu.data(), rows * D);
    silu_gate_cuda<S>(in, y.cuda.data(), nullptr);
    silu_gate_backward_cpu<S>(close.data(), b.data(), dy.data(), da.cpu.data(), db.cpu.data(), rows * D);
    silu_gate_backward_cuda<S>(in, dy.data(), da.cuda.data(), db.cuda.data(), nullptr);
    trial.expect_same("y", y);
    trial.expect_same("da", da);
    trial.expect_same("db", db);
  });
}

TYPED_TEST(RowsOnCuda, ConvolutionAgreesWithTheCpu) {
  using S = TypeParam;
  for_each_trial(8, [](Trial& trial) {
    const auto R = trial.size("R", 1, 3), M = R * trial.size("B", 1, 3), T = trial.one_of("T", {1, 3, 9, 70}),
               C = trial.one_of("C", {1, 20, 260}), taps = trial.size("taps", 1, kMostTaps),
               gap = trial.size("gap", 0, 3);
    const bool biased = trial.coin("bias");
    const auto x = trial.numbers<S>(M * T * (C + gap));
    const auto w = trial.numbers<S>(R * taps * C);
    const auto bias = trial.numbers<S>(R * C);
    const auto dy = trial.numbers<S>(M * T * C);
    const auto close = dense(x, C, C + gap);
    const auto* b = biased ? bias.data() : nullptr;
    const ShortConvolution<S> in = {close.data(), w.data(), b, R, M, T, C, taps};
    const ConvolutionRows<S, S> on_cuda = {x.data(), w.data(), b, R, M, T, C, taps, C + gap};
    const auto runs = convolution_runs(M / R, T);
    Both<S> y(unwritten<S>(M * T * C)), dx(y);
    auto dw = zeros<S>(R * taps * C);
    auto dbias = zeros<S>(R * C);
    auto each_dw = unwritten<S>(runs * R * taps * C);
    auto each_dbias = unwritten<S>(runs * R * C);
    short_conv_cpu<S>(in, y.cpu.data());
    short_conv_cuda<S, S>(on_cuda, y.cuda.data(), nullptr);
    short_conv_backward_cpu<S>(in, dy.data(), dx.cpu.data(), dw.data(), biased ? dbias.data() : nullptr);
    short_conv_backward_cuda<S, S>(on_cuda, dy.data(), dx.cuda.data(), each_dw.data(),
                                   biased ? each_dbias.data() : nullptr, nullptr);
    trial.expect_same("y", y);
    trial.expect_same("dx", dx);
    trial.expect_same("dw", summed(each_dw, 1, R * taps * C), dw);
    if (biased) trial.expect_same("dbias", summed(each_dbias, 1, R * C), dbias);
  });
}

BFloat16 narrow(float x) { return Narrow<BFloat16, float>::of(x); }

TEST(BFloat16, RoundsToTheNearestTiesToEven) {
  EXPECT_EQ(wide(narrow(1.0f)), 1.0f);
  EXPECT_EQ(wide(narrow(-3.140625f)), -3.140625f);
  EXPECT_EQ(wide(narrow(1.0f + 1.0f / 256)), 1.0f);               // halfway: to the even one below
  EXPECT_EQ(wide(narrow(1.0f + 3.0f / 256)), 1.0f + 4.0f / 256);  // halfway: to the even one above
  EXPECT_EQ(wide(narrow(1.0f + 1.01f / 256)), 1.0f + 2.0f / 256);
  EXPECT_TRUE(std::isnan(wide(narrow(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_TRUE(std::isinf(wide(narrow(3.4e38f))));
}

TEST(RowsOnCuda, GatesWhatIsBFloat16InFloat) {
  for_each_trial(1, [](Trial& trial) {
    const std::int64_t n = 300;
    const auto given = trial.numbers<float>(2 * n, -3, 3);
    std::vector<BFloat16> x, y(n);
    for (const auto number : given) x.push_back(narrow(number));
    silu_gate_cuda<BFloat16>({x.data(), x.data() + n, 1, n, n, n}, y.data(), nullptr);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const float a = wide(x[at]), b = wide(x[at + n]);
      EXPECT_NEAR(wide(y[at]), a * b / (1 + std::exp(-a)), std::abs(a * b) / 250) << a << " " << b;
    }
  });
}

}  // namespace
}  // namespace madsearch::kernels
