#include "primitives/kernels/launch_scan.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class GatedScanOnCuda : public testing::Test {
 protected:
  template <bool kLogarithm>
  static void compare(Trial& trial) {
    const auto M = trial.size("M", 1, 6), T = trial.size("T", 1, 9), C = trial.size("C", 1, 300), all = M * T * C;
    const bool given = trial.coin("before");
    const auto a = trial.numbers<S>(all, kLogarithm ? -2 : 0, kLogarithm ? 0 : 1);
    const auto b = trial.numbers<S>(all);
    const auto before = trial.numbers<S>(M * C);
    const auto dy = trial.numbers<S>(all);
    const GatedScan<S> in = {a.data(), b.data(), given ? before.data() : nullptr, M, T, C};

    Both<S> h(unwritten<S>(all));
    gated_scan_cpu<kLogarithm, S>(in, h.cpu.data());
    gated_scan_cuda<kLogarithm, S>(in, h.cuda.data(), nullptr);
    trial.expect_same("h", h);

    Both<S> dh(zeros<S>(M * C)), da(unwritten<S>(all)), db(unwritten<S>(all));
    gated_scan_backward_cpu<kLogarithm, S>(in, h.cpu.data(), dy.data(), dh.cpu.data(), da.cpu.data(), db.cpu.data());
    gated_scan_backward_cuda<kLogarithm, S>(in, h.cpu.data(), dy.data(), dh.cuda.data(), da.cuda.data(), db.cuda.data(),
                                            nullptr);
    trial.expect_same("dh", dh);
    trial.expect_same("da", da);
    trial.expect_same("db", db);
  }
};
TYPED_TEST_SUITE(GatedScanOnCuda, Scalars);

TYPED_TEST(GatedScanOnCuda, AgreesWithTheCpu) {
  for_each_trial(8, [](Trial& trial) { TestFixture::template compare<false>(trial); });
}

TYPED_TEST(GatedScanOnCuda, AgreesWithTheCpuOnLogarithms) {
  for_each_trial(8, [](Trial& trial) { TestFixture::template compare<true>(trial); });
}

TEST(GatedScanOnCuda, TakesMoreSequencesThanAGridHasBlocksAlongY) {
  for_each_trial(1, [](Trial& trial) {
    const auto M = 65537;
    const auto a = trial.numbers<float>(M, 0, 1);
    const auto b = trial.numbers<float>(M);
    const GatedScan<float> in = {a.data(), b.data(), nullptr, M, 1, 1};
    Both<float> h(unwritten<float>(M));
    gated_scan_cpu<false, float>(in, h.cpu.data());
    gated_scan_cuda<false, float>(in, h.cuda.data(), nullptr);
    trial.expect_same("h", h);
  });
}

}  // namespace
}  // namespace madsearch::kernels
