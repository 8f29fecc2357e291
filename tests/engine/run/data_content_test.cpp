#include "engine/run/data_content.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

class DataContent : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((path() / name).parent_path());
    std::ofstream(path() / name, std::ios::binary) << text;
  }
  fs::path path() const { return folder_.path; }

 private:
  TemporaryFolder folder_;
};

TEST_F(DataContent, ChangesWithNamesAndContentAndNothingElse) {
  write("a.txt", "one");
  write("sub/b.txt", "two");
  const auto before = data_content(path());
  EXPECT_EQ(before.size(), 16u);
  write(".hidden", "x");
  write(".git/a.txt", "x");
  EXPECT_EQ(data_content(path()), before);
  const TemporaryFolder elsewhere;
  fs::copy(path(), elsewhere.path, fs::copy_options::recursive);
  EXPECT_EQ(data_content(elsewhere.path), before);
  write("sub/b.txt", "twO");
  const auto edited = data_content(path());
  EXPECT_NE(edited, before);
  fs::rename(path() / "a.txt", path() / "c.txt");
  EXPECT_NE(data_content(path()), edited);
}

TEST_F(DataContent, SeesEndsAndSizeOfLargeFiles) {
  std::string large(5 << 20, 'x');
  write("shard.bin", large);
  const auto before = data_content(path());
  for (const auto place : {std::size_t{0}, large.size() - 1}) {
    auto changed = large;
    changed[place] = 'y';
    write("shard.bin", changed);
    EXPECT_NE(data_content(path()), before) << place;
  }
  write("shard.bin", large + "x");
  EXPECT_NE(data_content(path()), before);
}

}  // namespace
}  // namespace madsearch
