// Opening, reading beside a writer, transactions, older and foreign files.
#include "results/store_database.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <vector>

#include "configs/errors.h"
#include "results/store_schema.h"
#include "store_records.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

class StoreDatabaseTest : public StoreTest {
 protected:
  /// Makes a store of the first schema.
  void older() const {
    SQLite::Database database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec(store_migrations()[0]);
    database.exec("PRAGMA user_version = 1; PRAGMA application_id = " + std::to_string(kStoreApplication));
  }
};

TEST_F(StoreDatabaseTest, ReadsBesideAWriter) {
  auto store = writer();
  EXPECT_EQ(reader().evaluations().size(), 0);
  store.put(evaluation(1));
  EXPECT_EQ(reader().evaluations().size(), 1);
  store.transaction([&] {
    store.put(evaluation(2));
    EXPECT_EQ(reader().evaluations().size(), 1) << "not committed yet";
  });
  EXPECT_EQ(reader().evaluations().size(), 2);
}

TEST_F(StoreDatabaseTest, AReaderSeesOneMoment) {
  auto store = writer();
  store.put(evaluation(1));
  const auto beside = reader();
  store.put(evaluation(2));
  store.put(candidate());
  EXPECT_TRUE(beside.candidates().empty());
  EXPECT_EQ(beside.evaluations().size(), 1);
  store.put(evaluation(3));
  beside.backup(folder_ / "copy.db");
  EXPECT_EQ(Store(folder_ / "copy.db", Store::Mode::kRead).evaluations().size(), 1);
  EXPECT_EQ(reader().evaluations().size(), 3);
}

TEST_F(StoreDatabaseTest, AReaderThatReadsForLongBlocksNoWriter) {
  auto store = writer();
  store.put(evaluation(0));
  SQLite::Database other(file().string(), SQLite::OPEN_READONLY);
  const auto seen = [&] { return other.execAndGet("SELECT count(*) FROM evaluations").getInt(); };
  other.exec("BEGIN");
  EXPECT_EQ(seen(), 1);
  auto large = evaluation(1);
  large.tasks_json = std::string(100'000, ' ');
  for (; large.number <= 100; ++large.number) store.put(large);  // ten times what SQLite brings home by itself
  EXPECT_EQ(seen(), 1) << "what it began to read";
  SQLite::Database third(file().string(), SQLite::OPEN_READWRITE);
  third.exec("PRAGMA wal_checkpoint(PASSIVE)");
  store.put(evaluation(101));
  other.exec("COMMIT");
  EXPECT_EQ(seen(), 102);
  SQLite::Statement all_home(third, "PRAGMA wal_checkpoint(TRUNCATE)");
  ASSERT_TRUE(all_home.executeStep());
  EXPECT_EQ(all_home.getColumn(0).getInt(), 0) << "nobody is in the way any more";
}

TEST_F(StoreDatabaseTest, AReaderCanNotWrite) {
  writer().put(evaluation(1));
  auto store = reader();
  EXPECT_THROW(store.put(evaluation(2)), std::runtime_error);
}

TEST_F(StoreDatabaseTest, RollsBackATransactionThatThrows) {
  auto store = writer();
  EXPECT_THROW(store.transaction([&] {
    store.put(evaluation(1));
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_EQ(store.evaluations().size(), 0);
  store.put(evaluation(2));
  EXPECT_EQ(reader().evaluations().size(), 1);
}

TEST_F(StoreDatabaseTest, AnInnerTransactionThatFailsLeavesTheOuterOne) {
  auto store = writer();
  store.transaction([&] {
    store.put(evaluation(1));
    EXPECT_THROW(store.transaction([&] {
      store.put(evaluation(2));
      throw std::runtime_error("no");
    }),
                 std::runtime_error);
    store.transaction([&] { store.put(evaluation(3)); });
  });
  ASSERT_EQ(reader().evaluations().size(), 2);
  EXPECT_EQ(reader().evaluations()[1].number, 3);
}

TEST_F(StoreDatabaseTest, AKilledWriterLosesOnlyWhatWasNotCommitted) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const auto child = fork();
  if (child == 0) {
    auto store = writer();
    for (std::int64_t n = 1;; ++n) {
      store.put(evaluation(n));
      if (write(pipe_ends[1], &n, sizeof n) != sizeof n) _exit(1);
    }
  }
  close(pipe_ends[1]);
  std::int64_t committed = 0;
  while (committed < 40)
    ASSERT_EQ(::read(pipe_ends[0], &committed, sizeof committed), static_cast<ssize_t>(sizeof committed));
  kill(child, SIGKILL);
  for (std::int64_t n = 0; ::read(pipe_ends[0], &n, sizeof n) == sizeof n;) committed = n;
  close(pipe_ends[0]);
  waitpid(child, nullptr, 0);
  const auto found = writer().evaluations();  // the lock died with the child
  ASSERT_GE(static_cast<std::int64_t>(found.size()), committed);
  ASSERT_LE(static_cast<std::int64_t>(found.size()), committed + 1);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].number, static_cast<std::int64_t>(i) + 1);
}

TEST_F(StoreDatabaseTest, AFullDiskIsASentenceAndLosesNothingCommitted) {
  { auto store = writer(); }
  const auto child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{200'000, 200'000};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto store = writer();
    auto record = evaluation(0);
    record.tasks_json = std::string(4'000, 'x');
    try {
      for (;; ++record.number) store.transaction([&] { store.put(record); });
    } catch (const std::runtime_error& error) {
      const std::string what = error.what();
      _exit(what.find(file().string()) == 0 && what.find('\n') == std::string::npos && record.number > 3
                ? static_cast<int>(record.number)
                : 255);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  ASSERT_NE(WEXITSTATUS(status), 255);
  EXPECT_EQ(writer().evaluations().size(), WEXITSTATUS(status));
}

TEST_F(StoreDatabaseTest, BringsAnOlderStoreUpToDate) {
  older();
  writer().put(training("t"), 1);
  ASSERT_EQ(reader().trainings(1).size(), 1u);
  EXPECT_EQ(reader().trainings(1)[0].trainings, 3);
}

TEST_F(StoreDatabaseTest, ReadsAnOlderStoreAndLeavesItAsItIs) {
  older();
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
      .exec(
          "INSERT INTO trainings VALUES('ok', 1, 'a', 0, 'ok', 0.5, 0.25, 0.5, 0.5, 0, 1e-3, 0, 0, 8, 2, '');"
          "INSERT INTO trainings VALUES('bad', 1, 'b', 0, 'diverged', 0, 0, 0, 0, 0, 0, 0, 0, 8, 2, '')");
  {
    auto store = reader();
    ASSERT_EQ(store.trainings(1).size(), 2u);
    EXPECT_EQ(store.trainings(1)[0].validation_b, 0.25);
    EXPECT_EQ(store.trainings(1)[0].test_loss, 0);
    EXPECT_FALSE(store.trainings(1)[0].provenance.device);
    EXPECT_FALSE(store.trainings(1)[1].test_loss) << "nobody measured it";
    EXPECT_THROW(store.put(evaluation(1)), std::runtime_error);
  }
  EXPECT_EQ(SQLite::Database(file().string()).execAndGet("PRAGMA user_version").getInt(), 1);
}

TEST_F(StoreDatabaseTest, AWriterLeavesACopyOfTheFormerSchema) {
  fs::copy_file(in_source("tests/data/runs/finished/search.db"), file());
  EXPECT_EQ(reader().evaluations().size(), 24u);
  const auto former = folder_ / "search.db.schema2";
  EXPECT_FALSE(fs::exists(former)) << "a reader changes nothing";
  writer();
  EXPECT_EQ(SQLite::Database(former.string()).execAndGet("PRAGMA user_version").getInt(), 2);
  EXPECT_EQ(SQLite::Database(file().string()).execAndGet("PRAGMA user_version").getInt(), 6);
  EXPECT_EQ(Store(former, Store::Mode::kRead).evaluations().size(), 24u);
}

/// The slice of earlier releases was another one.
TEST_F(StoreDatabaseTest, OlderPretrainingsHaveNoRecallSlice) {
  older();
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE)
      .exec(
          "INSERT INTO pretrainings VALUES('a', 'attention', 'front', 'ok', 1.5, 0.5, 1e-3, 1, 1, 1, 1, 1, 1, 1, 1, 1, "
          "'')");
  const auto found = reader().pretrainings();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].bits_per_byte, 1.5);
  EXPECT_FALSE(found[0].bits_per_byte_recall);
  EXPECT_FALSE(found[0].recall_share);
  EXPECT_FALSE(found[0].setup);
}

/// That of the battery's length was all that earlier releases knew.
TEST_F(StoreDatabaseTest, OlderCandidatesAreServedWhereTheyWereTrained) {
  fs::copy_file(in_source("tests/data/runs/finished/search.db"), file());
  const auto candidates = reader().candidates();
  ASSERT_FALSE(candidates.empty());
  for (const auto& candidate : candidates) {
    EXPECT_GT(candidate.state_exact, 0);
    EXPECT_EQ(candidate.served_state, candidate.state_exact);
    EXPECT_EQ(candidate.served_state_mad, candidate.state_mad);
  }
}

TEST_F(StoreDatabaseTest, IsCopiedWholeWhileItIsWritten) {
  auto store = writer();
  store.put(evaluation(1));
  const auto copy = folder_ / "copy.db";
  reader().backup(copy);
  store.put(evaluation(2));
  EXPECT_EQ(Store(copy, Store::Mode::kRead).evaluations().size(), 1u);
  EXPECT_TRUE(Store(copy, Store::Mode::kRead).damage().empty());
  EXPECT_THROW(reader().backup(copy), ConfigError) << "it is there already";
  EXPECT_THROW(reader().backup("/proc/copy.db"), ConfigError);
}

TEST_F(StoreDatabaseTest, AnUnfinishedBeginningHoldsNothing) {
  std::ofstream(file()).close();
  EXPECT_THROW(reader(), EmptyStore);
  std::ofstream(folder_ / "search.db-journal").close();
  EXPECT_THROW(reader(), EmptyStore);
  EXPECT_EQ(complaint(Store::Mode::kWrite), "");
}

TEST_F(StoreDatabaseTest, RefusesANewerSchema) {
  { auto store = writer(); }
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1000");
  const auto expected = file().string() + " was written by a newer madsearch (schema 1000, this one knows up to 6)";
  EXPECT_EQ(complaint(Store::Mode::kWrite), expected);
  EXPECT_EQ(complaint(Store::Mode::kRead), expected);
}

TEST_F(StoreDatabaseTest, RefusesAnotherProgramsDatabaseAndLeavesItAlone) {
  SQLite::Database(file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE meta(x); PRAGMA user_version = 1");
  const auto before = fs::file_size(file());
  EXPECT_EQ(complaint(Store::Mode::kWrite), file().string() + " is not a madsearch store");
  EXPECT_EQ(complaint(Store::Mode::kRead), file().string() + " is not a madsearch store");
  EXPECT_EQ(fs::file_size(file()), before);
}

TEST_F(StoreDatabaseTest, RefusesATextFile) {
  std::ofstream(file()) << "this is not a database, it only has a name like one\n";
  EXPECT_EQ(complaint(Store::Mode::kWrite), file().string() + " is not a madsearch store");
  EXPECT_EQ(complaint(Store::Mode::kRead), file().string() + " is not a madsearch store");
}

TEST_F(StoreDatabaseTest, SaysWhatIsMissingOrEmpty) {
  EXPECT_EQ(complaint(Store::Mode::kRead), "no results: " + file().string() + " is missing");
  std::ofstream(file()).close();
  EXPECT_EQ(complaint(Store::Mode::kRead), file().string() + " holds no results yet");
}

TEST_F(StoreDatabaseTest, SaysThatAFolderCanNotBeWritten) {
  try {
    Store store("/proc/search.db", Store::Mode::kWrite);
    FAIL() << "opened";
  } catch (const ConfigError& error) {
    EXPECT_EQ(std::string(error.what()).find("cannot write /proc/search.db: "), 0) << error.what();
  }
}

TEST_F(StoreDatabaseTest, SaysWhatIsNoFile) {
  ASSERT_EQ(mkfifo(file().c_str(), 0644), 0);
  for (const auto mode : {Store::Mode::kRead, Store::Mode::kWrite})
    EXPECT_EQ(complaint(mode), file().string() + " is not a file");
  fs::remove(file());
  fs::create_directory(file());
  EXPECT_EQ(complaint(Store::Mode::kRead), file().string() + " is not a file");
}

/// A store of one evaluation in a folder that its reader may not write.
class StrangersStore : public StoreDatabaseTest {
 protected:
  static constexpr int kNobody = 100;

  /// What `body` gives where the folder `place` may not be written; kNobody if that can't be tried here.
  int as_a_stranger(const fs::path& place, const std::function<int()>& body) const {
    const auto child = fork();
    if (child == 0) {
      chmod(place.c_str(), 0555);
      chmod(folder_.c_str(), 0755);
      if (geteuid() == 0 && seteuid(65534) != 0) _exit(kNobody);
      _exit(body());
    }
    int status = 0;
    waitpid(child, &status, 0);
    chmod(place.c_str(), 0755);
    return WEXITSTATUS(status);
  }
};

TEST_F(StrangersStore, IsReadWhateverItsPathIs) {
  for (const auto* name : {"plain", "a?b", "a%20b", "a#b", "a b&c=d"}) {
    const auto place = folder_ / name;
    fs::create_directory(place);
    Store(place / "search.db", Store::Mode::kWrite).put(evaluation(1));
    const auto read = as_a_stranger(place, [&] {
      try {
        return static_cast<int>(Store(place / "search.db", Store::Mode::kRead).evaluations().size());
      } catch (const std::exception&) {
        return 101;
      }
    });
    if (read == kNobody) GTEST_SKIP() << "root can't become another user here";
    EXPECT_EQ(read, 1) << name;
  }
}

TEST_F(StrangersStore, ThatWasKilledIsExplained) {
  const auto place = folder_ / "killed";
  fs::create_directory(place);
  {
    auto store = writer();
    store.put(evaluation(1));
    for (const auto* ending : {"", "-wal"})
      fs::copy_file(file().string() + ending, (place / "search.db").string() + ending);
  }
  const auto copy = (place / "search.db").string();
  const auto expected = "cannot read " + copy +
                        " in a folder that may not be written, as its last writer left search.db-wal beside it: copy "
                        "both files to a folder of your own";
  const auto said = as_a_stranger(place, [&] {
    try {
      Store(copy, Store::Mode::kRead);
      return 1;
    } catch (const ConfigError& error) {
      return error.what() == expected ? 0 : 2;
    }
  });
  if (said == kNobody) GTEST_SKIP() << "root can't become another user here";
  EXPECT_EQ(said, 0);
}

}  // namespace
}  // namespace madsearch
