#include <limits>

#include "primitives/kernels/gru.h"
#include "primitives/kernels/launch_cells.h"
#include "primitives/kernels/lstm.h"
#include "primitives/kernels/slstm.h"
#include "trial.h"

namespace madsearch::kernels {
namespace {

template <class S>
class CellsOnCuda : public testing::Test {
 protected:
  /// D / H up to `width`.
  template <class Cell>
  static void compare(Trial& trial, std::int64_t least_width, std::int64_t most_width) {
    constexpr std::int64_t G = Cell::kGates, K = Cell::kCells;
    const auto R = trial.size("R", 1, 3), M = R * trial.size("B", 1, 3), T = trial.size("T", 1, 6),
               H = trial.size("H", 1, 3), d = trial.size("D/H", least_width, most_width), D = H * d;
    const auto x = trial.numbers<S>(M * T * G * D);
    const auto weight = trial.numbers<S>(R * H * G * d * d, -0.3, 0.3);
    const auto turned = transposed(weight, d, d);
    const auto bias = trial.numbers<S>(R * G * D);
    const auto first = trial.numbers<S>(M * D);
    const CellSequences<S> in = {x.data(), turned.data(), bias.data(), first.data(), R, M, T, D, H};

    auto first_cells = zeros<S>(M * K * D);
    if (K == 3)  // sLSTM's m
      for (std::int64_t p = 0; p < M * K * D; ++p)
        if (p / D % K == 2) first_cells[static_cast<std::size_t>(p)] = -std::numeric_limits<S>::infinity();
    Both<S> y(unwritten<S>(M * T * D)), kept(unwritten<S>(M * T * Cell::kKept * D)),
        cells(room_for_states(first_cells, T, K * D));
    cell_cpu<Cell, S>(in, y.cpu.data(), kept.cpu.data(), cells.cpu.data());
    cell_cuda<Cell, S>(in, y.cuda.data(), kept.cuda.data(), cells.cuda.data(), nullptr);
    trial.expect_same("y", y);
    trial.expect_same("kept", kept);
    trial.expect_same("cells", cells);

    const CellSequences<S> back = {nullptr, weight.data(), nullptr, first.data(), R, M, T, D, H};
    const auto dy = trial.numbers<S>(M * T * D);
    Both<S> dh(zeros<S>(M * D)), dcells(trial.numbers<S>(M * K * D)), dx(unwritten<S>(M * T * G * D)),
        d_rec(unwritten<S>(M * T * G * D));
    cell_backward_cpu<Cell, S>(back, y.cpu.data(), kept.cpu.data(), cells.cpu.data(), dy.data(), dh.cpu.data(),
                               dcells.cpu.data(), Cell::kSplit ? dx.cpu.data() : d_rec.cpu.data(), d_rec.cpu.data());
    cell_backward_cuda<Cell, S>(back, y.cpu.data(), kept.cpu.data(), cells.cpu.data(), dy.data(), dh.cuda.data(),
                                dcells.cuda.data(), Cell::kSplit ? dx.cuda.data() : d_rec.cuda.data(),
                                d_rec.cuda.data(), nullptr);
    trial.expect_same("dh", dh);
    trial.expect_same("dcells", dcells);
    trial.expect_same("d_rec", d_rec);
    if (Cell::kSplit) trial.expect_same("dx", dx);
  }
};
TYPED_TEST_SUITE(CellsOnCuda, Scalars);

TYPED_TEST(CellsOnCuda, AGruAgreesWithTheCpu) {
  for_each_trial(6, [](Trial& trial) { TestFixture::template compare<Gru>(trial, 1, 40); });
}

TYPED_TEST(CellsOnCuda, AnLstmAgreesWithTheCpu) {
  for_each_trial(6, [](Trial& trial) { TestFixture::template compare<Lstm>(trial, 1, 40); });
}

TYPED_TEST(CellsOnCuda, AnSlstmAgreesWithTheCpu) {
  for_each_trial(6, [](Trial& trial) { TestFixture::template compare<Slstm<true>>(trial, 1, 40); });
}

TYPED_TEST(CellsOnCuda, AnSlstmWithExponentialGatesAgreesWithTheCpu) {
  for_each_trial(6, [](Trial& trial) { TestFixture::template compare<Slstm<false>>(trial, 1, 40); });
}

/// Above 512 threads a block and, from 1,537 channels of an LSTM's doubles on, above 48 KiB of shared memory.
TYPED_TEST(CellsOnCuda, WideOnesAgreeWithTheCpu) {
  for_each_trial(1, [](Trial& trial) { TestFixture::template compare<Gru>(trial, 520, 530); });
}

TEST(CellsOnCuda, AnLstmOf1540ChannelsTakesMoreSharedMemoryThanABlockHasUnasked) {
  for_each_trial(1, [](Trial& trial) {
    const std::int64_t D = 1540;
    const auto x = trial.numbers<double>(4 * D);
    const auto weight = trial.numbers<double>(4 * D);
    const auto first = trial.numbers<double>(D);
    const CellSequences<double> in = {x.data(), weight.data(), x.data(), first.data(), 1, 1, 1, D, D};
    Both<double> y(unwritten<double>(D)), kept(unwritten<double>(Lstm::kKept * D)),
        cells(room_for_states(zeros<double>(Lstm::kCells * D), 1, Lstm::kCells * D));
    cell_cpu<Lstm, double>(in, y.cpu.data(), kept.cpu.data(), cells.cpu.data());
    cell_cuda<Lstm, double>(in, y.cuda.data(), kept.cuda.data(), cells.cuda.data(), nullptr);
    trial.expect_same("y", y);
  });
}

}  // namespace
}  // namespace madsearch::kernels
