#include "engine/text/token_bytes.h"

#include <gtest/gtest.h>

#include "configs/errors.h"
#include "tests/engine/text/shard_files.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

std::string refusal(const std::string& folder, std::int64_t vocabulary) {
  try {
    read_token_bytes(folder, vocabulary);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(TokenBytes, AreReadALineAToken) {
  const TemporaryFolder folder;
  EXPECT_TRUE(read_token_bytes(folder.path, 3).empty());
  const auto file = put(folder.path + "/token-bytes", "0\n1\n5\n");
  EXPECT_EQ(read_token_bytes(folder.path, 3), (std::vector<std::int32_t>{0, 1, 5}));
  EXPECT_EQ(refusal(folder.path, 4), file + " has 3 lines, one is needed for each of the 4 tokens");
  put(file, "0\n-1\n");
  EXPECT_EQ(refusal(folder.path, 2), file + ":2: \"-1\" is not how many bytes a token stands for");
}

}  // namespace
}  // namespace madsearch
