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
  const auto before = data_content(path()).hash();
  EXPECT_EQ(before.size(), 16u);
  write(".hidden", "x");
  write(".git/a.txt", "x");
  write("README.md", "x");  // other files are not read
  EXPECT_EQ(data_content(path()).hash(), before);
  const TemporaryFolder elsewhere;
  fs::copy(path(), elsewhere.path, fs::copy_options::recursive);
  EXPECT_EQ(data_content(elsewhere.path).hash(), before);
  write("sub/b.txt", "twO");
  const auto edited = data_content(path()).hash();
  EXPECT_NE(edited, before);
  fs::rename(path() / "a.txt", path() / "c.txt");
  EXPECT_NE(data_content(path()).hash(), edited);
}

TEST_F(DataContent, SeesEndsAndSizeOfLargeFiles) {
  std::string large(5 << 20, 'x');
  write("shard.bin", large);
  const auto before = data_content(path()).hash();
  for (const auto place : {std::size_t{0}, large.size() - 1}) {
    auto changed = large;
    changed[place] = 'y';
    write("shard.bin", changed);
    EXPECT_NE(data_content(path()).hash(), before) << place;
  }
  write("shard.bin", large + "x");
  EXPECT_NE(data_content(path()).hash(), before);
}

TEST_F(DataContent, NamesTheFilesThatHaveChanged) {
  for (const auto* name : {"a.txt", "b.txt", "sub/c.txt"}) write(name, name);
  const auto before = data_content(path()).files;
  EXPECT_EQ(changed_files(before, before), "");
  write("b.txt", "B");
  fs::rename(path() / "a.txt", path() / "d.txt");
  EXPECT_EQ(changed_files(before, data_content(path()).files), "b.txt has changed, d.txt is new, a.txt is gone");
  for (const auto* name : {"e.txt", "f.txt", "g.txt"}) write(name, name);
  EXPECT_EQ(changed_files(before, data_content(path()).files), "b.txt has changed, d.txt is new, e.txt is new, ...");
}

}  // namespace
}  // namespace madsearch
