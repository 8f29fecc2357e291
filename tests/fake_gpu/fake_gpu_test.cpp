// The fake GPU itself: without what it refuses, the tests beside this one could not fail.
#include "fake_gpu.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "engine/worker/runtime.h"
#include "primitives/ops/gated_scan.h"

namespace madsearch {
namespace {

TEST(FakeGpu, ComputesAsTheCpuDoes) {
  const auto a = at::arange(6, at::kFloat).view({2, 3});
  const auto b = at::ones({3, 2});
  const auto there = at::matmul(a.to(fake_gpu()), b.to(fake_gpu()));
  EXPECT_EQ(there.device(), fake_gpu());
  EXPECT_TRUE(at::equal(there.cpu(), at::matmul(a, b)));
}

TEST(FakeGpu, RefusesTensorsOfTwoDevicesButForNumbers) {
  const auto there = at::ones({3}).to(fake_gpu());
  EXPECT_TRUE(at::equal((there * at::scalar_tensor(2.0)).cpu(), at::full({3}, 2.0f)));
  try {
    at::dot(there, at::ones({3}));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "aten::dot got a tensor of the CPU beside one of the fake GPU");
  }
}

TEST(FakeGpu, HandsOutMemoryThatIsAllNaN) {
  EXPECT_TRUE(at::empty({4}, at::TensorOptions(at::kFloat).device(fake_gpu())).cpu().isnan().all().item<bool>());
}

TEST(FakeGpu, CastsUnderAutocastWhatCudaCasts) {
  const auto x = at::ones({2, 2}).to(fake_gpu());
  const Autocast autocast(fake_gpu());
  EXPECT_EQ(at::matmul(x, x).scalar_type(), at::kBFloat16);
  EXPECT_EQ(at::softmax(at::matmul(x, x), 1).scalar_type(), at::kFloat);
  EXPECT_EQ(at::add(x, x).scalar_type(), at::kFloat);
}

TEST(FakeGpu, CountsWhenTheHostWaits) {
  const auto x = at::ones({2}).to(fake_gpu());
  const auto before = waits_for_fake_gpu();
  const auto sum = (x * 2).sum();
  EXPECT_EQ(waits_for_fake_gpu(), before);
  EXPECT_EQ(sum.item<double>(), 4);
  EXPECT_EQ(waits_for_fake_gpu(), before + 1);
}

/// Its 1 GiB, less a context of 512 MiB for each of those that share it, but half of a part at least.
TEST(FakeGpu, IsSharedByItsWorkers) {
  EXPECT_EQ((Runtime{.device = fake_gpu()}.memory_bytes()), 1 << 30);
  EXPECT_EQ((Runtime{.device = fake_gpu(), .sharers = 2}.memory_bytes()), 1 << 28);
  EXPECT_EQ((Runtime{.device = fake_gpu(), .sharers = 2}.free_bytes()), 1 << 28);
}

/// More channels than a grid has blocks for are CUDA's to refuse; the CPU takes them.
TEST(FakeGpu, RunsTheCudaKernels) {
  const auto many = at::ones({1, 1, 65536 * 128});
  EXPECT_EQ(gated_scan(many, many).numel(), many.numel());
  try {
    gated_scan(many.to(fake_gpu()), many.to(fake_gpu()));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "CUDA: invalid configuration argument");
  }
}

TEST(FakeGpu, LaunchesNothingForABatchOfNone) {
  const auto none = at::ones({0, 2, 3}).to(fake_gpu()).set_requires_grad(true);
  const auto h = gated_scan(none, none);
  EXPECT_EQ(h.sizes(), none.sizes());
  h.sum().backward();
  EXPECT_EQ(none.grad().sizes(), none.sizes());
}

}  // namespace
}  // namespace madsearch
