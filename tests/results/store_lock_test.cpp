#include "results/store_lock.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "configs/errors.h"
#include "results/store.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

class StoreLockTest : public testing::Test {
 protected:
  fs::path file(const std::string& name = "search.db") const { return folder_.path + "/" + name; }
  Store writer(const std::string& name = "search.db") const {
    Store out(file(name), Store::Mode::kWrite);
    out.put_meta("writer", "12 on host");
    return out;
  }

  /// What opening the store to write says; "" if it works.
  std::string complaint(const std::string& name = "search.db") const {
    try {
      writer(name);
      return "";
    } catch (const ConfigError& error) {
      return error.what();
    }
  }

  std::string in_use(const std::string& name = "search.db") const {
    return file(name).string() + " is being written by another madsearch (process 12 on host); one search at a time";
  }

  TemporaryFolder folder_;
};

TEST_F(StoreLockTest, ASecondWriterIsToldWhoWrites) {
  const auto first = writer();
  EXPECT_EQ(complaint(), in_use());
  EXPECT_NO_THROW(Store(file(), Store::Mode::kRead));
}

TEST_F(StoreLockTest, IsSeenByReadersWithoutBeingTaken) {
  EXPECT_FALSE(is_written(file()));
  {
    const auto first = writer();
    EXPECT_TRUE(is_written(file()));
  }
  EXPECT_FALSE(is_written(file()));
  EXPECT_EQ(complaint(), "");
}

TEST_F(StoreLockTest, WhatIsAboutToEndIsWaitedFor) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const auto child = fork();
  if (child == 0) {
    const auto held = writer();
    if (write(ready[1], "x", 1) != 1) _exit(1);
    usleep(100'000);
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  EXPECT_EQ(complaint(), "");
  waitpid(child, nullptr, 0);
}

TEST_F(StoreLockTest, AMovedStoreKeepsIt) {
  auto first = writer();
  const auto second = std::move(first);
  EXPECT_EQ(complaint(), in_use());
}

TEST_F(StoreLockTest, ItGoesWithItsStore) {
  { const auto first = writer(); }
  EXPECT_EQ(complaint(), "");
}

TEST_F(StoreLockTest, ASymbolicLinkLeadsToTheSameLock) {
  const auto first = writer();
  fs::create_symlink(file(), file("link.db"));
  EXPECT_EQ(complaint("link.db"), in_use("link.db"));
}

TEST_F(StoreLockTest, AHardLinkLeadsToTheSameLock) {
  const auto first = writer();
  fs::create_hard_link(file(), file("link.db"));
  EXPECT_EQ(complaint("link.db"),  // who writes stands in the log, which lies beside the other name
            file("link.db").string() + " is being written by another madsearch; one search at a time");
}

TEST_F(StoreLockTest, AStoreOfTwoNamesIsNotWritten) {
  { const auto first = writer(); }
  fs::create_hard_link(file(), file("link.db"));
  EXPECT_EQ(complaint(), file().string() +
                             " has a second name (a hard link), under which it could be written without its log; "
                             "remove one of the two names, or go on with a copy by `madsearch backup`");
}

TEST_F(StoreLockTest, LocksOfOtherProgramsDoNotHinderIt) {
  { const auto first = writer(); }
  const int reading = open(file().c_str(), O_RDONLY);
  ASSERT_EQ(flock(reading, LOCK_SH), 0);
  EXPECT_EQ(complaint(), "");
  close(reading);
}

TEST_F(StoreLockTest, AFileCalledSearchLockIsLeftAlone) {
  std::ofstream(file("thesis.tex")) << "years of work";
  fs::create_symlink(file("thesis.tex"), file("search.lock"));
  EXPECT_EQ(complaint(), "");
  std::ostringstream text;
  text << std::ifstream(file("thesis.tex")).rdbuf();
  EXPECT_EQ(text.str(), "years of work");
}

// A process that closes any descriptor of a file loses its locks on it. If SQLite lost its own so, another process
// would take itself for the last one and remove the log under the writer.
TEST_F(StoreLockTest, ARefusedWriterCostsTheFirstNoneOfItsOwnLocks) {
  { const auto made = writer(); }
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  const auto child = fork();  // before SQLite has the file open here, so that nothing of that is the child's
  if (child == 0) {
    close(go[1]);
    char byte = 0;
    if (read(go[0], &byte, 1) != 1) _exit(1);
    SQLite::Database(file().string(), SQLite::OPEN_READWRITE).execAndGet("SELECT count(*) FROM meta");
    _exit(0);
  }
  auto first = writer();
  EXPECT_EQ(complaint(), in_use());
  ASSERT_EQ(write(go[1], "x", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  close(go[0]);
  close(go[1]);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(fs::exists(file("search.db-wal")));
  first.put_meta("name", "kept");
  EXPECT_EQ(Store(file(), Store::Mode::kRead).meta("name"), "kept");
}

TEST_F(StoreLockTest, AMissingOrReplacedFileIsNoticed) {
  const auto store = writer();
  EXPECT_NO_THROW(store.check_in_place());
  fs::rename(file(), file("moved.db"));
  EXPECT_THROW(store.check_in_place(), std::runtime_error);
  std::ofstream(file()) << "another";
  EXPECT_THROW(store.check_in_place(), std::runtime_error);
  fs::rename(file("moved.db"), file());
  EXPECT_NO_THROW(store.check_in_place());
}

}  // namespace
}  // namespace madsearch
