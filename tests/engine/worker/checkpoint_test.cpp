#include "engine/worker/checkpoint.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "configs/errors.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

Checkpoint checkpoint(double value) {
  Checkpoint out{42, 1e-3, 2, 3, {}};
  out.saved = {at::full({5}, value), at::full({5}, 2 * value), at::full({5}, 3 * value), 17};
  return out;
}

TEST(Checkpoint, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/model.checkpoint";
  EXPECT_FALSE(read_checkpoint(file, 42));
  write_checkpoint(file, checkpoint(1));
  write_checkpoint(file, checkpoint(2));
  const auto back = read_checkpoint(file, 42);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->saved.steps, 17);
  EXPECT_DOUBLE_EQ(back->learning_rate, 1e-3);
  EXPECT_TRUE(at::equal(back->saved.second, at::full({5}, 6.0f)));
  EXPECT_FALSE(std::filesystem::exists(file + ".new"));
}

TEST(Checkpoint, OfAnotherRunOrCutOffIsRefused) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/model.checkpoint";
  write_checkpoint(file, checkpoint(1));
  EXPECT_THROW(read_checkpoint(file, 43), ConfigError);
  std::filesystem::resize_file(file, 80);
  EXPECT_THROW(read_checkpoint(file, 42), ConfigError);
}

TEST(Checkpoint, ThatCannotBeWrittenSaysSo) {
  try {
    write_checkpoint("/dev/full/x", checkpoint(1));
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()), "checkpoint /dev/full/x.new could not be written: Not a directory");
  }
}

}  // namespace
}  // namespace madsearch
