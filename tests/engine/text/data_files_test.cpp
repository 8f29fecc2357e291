#include "engine/text/data_files.h"

#include <gtest/gtest.h>

#include <functional>

#include "configs/errors.h"
#include "engine/run/data_content.h"
#include "engine/text/corpus.h"
#include "tests/engine/text/shard_files.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

class DataFiles : public testing::Test {
 protected:
  DataFiles() {
    for (const auto* folder : {"data/sub", "data/.git"}) fs::create_directories(path() / folder);
    for (const auto* file : {"data/b.txt", "data/sub/a.txt", "data/.c.txt", "data/.git/d.txt", "elsewhere.txt"})
      put((path() / file).string(), "some text");
  }

  fs::path path() const { return folder_.path; }
  fs::path data() const { return path() / "data"; }

  /// Names of the files, in order, or why there are none.
  std::vector<std::string> found() const {
    std::vector<std::string> out;
    try {
      const auto files = data_files(data());
      for (const auto* list : {&files.texts, &files.shards, &files.others})
        for (const auto& file : *list) out.push_back(file.lexically_relative(data()).generic_string());
    } catch (const ConfigError& error) {
      return {error.what()};
    }
    return out;
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(DataFiles, AreAllThatAreNotHiddenByName) {
  fs::create_symlink(path() / "elsewhere.txt", data() / "c.txt");
  EXPECT_EQ(found(), (std::vector<std::string>{"b.txt", "c.txt", "sub/a.txt"}));
  for (const auto* file : {"README.md", "val.bin", "a.bin"}) put((data() / file).string(), "more");
  EXPECT_EQ(found(), (std::vector<std::string>{"b.txt", "c.txt", "sub/a.txt", "a.bin", "val.bin", "README.md"}));
}

TEST_F(DataFiles, AreRefusedWhereALinkLeadsNowhere) {
  const auto link = data() / "sub/gone.md";
  fs::create_symlink(path() / "none.txt", link);
  const auto sentence = link.string() + " is a link that leads nowhere";
  EXPECT_EQ(found(), std::vector<std::string>{sentence});
  // whoever reads the folder says so
  for (const auto& read :
       std::vector<std::function<void()>>{[&] { read_corpus(data()); }, [&] { data_content(data()); }})
    try {
      read();
      ADD_FAILURE() << "read";
    } catch (const ConfigError& error) {
      EXPECT_EQ(error.what(), sentence);
    }
  fs::rename(link, data() / "sub/.gone.md");
  EXPECT_EQ(found().size(), 2u) << "what is hidden is left alone";
}

TEST_F(DataFiles, AreRefusedWhereALinkLeadsToItself) {
  fs::create_symlink(data() / "loop.txt", data() / "loop.txt");
  EXPECT_EQ(found(), std::vector<std::string>{"cannot read " + (data() / "loop.txt").string() +
                                              ": Too many levels of symbolic links"});
}

}  // namespace
}  // namespace madsearch
