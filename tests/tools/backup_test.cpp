// `madsearch backup`.
#include <gtest/gtest.h>

#include "program.h"

namespace madsearch {
namespace {

namespace fs = std::filesystem;

TEST(Backup, OfARunThatSearchesIsARunThatGoesOn) {
  StubRun stub;
  const auto copy = stub.path("copy.db").string();
  const auto restored = stub.path("restored").string();
  // Copied every 50 ms while it searches; the last copy is gone on with.
  const auto script = "(" + in_build("madsearch") + " run " + stub.config() + " --quiet --out " + stub.out() +
                      " >/dev/null; touch " + stub.out() + ".done) & n=0; while [ ! -e " + stub.out() +
                      ".done ]; do if " + in_build("madsearch") + " backup " + stub.out() + " " + copy +
                      ".$n >/dev/null 2>&1; then n=$((n+1)); fi; done; wait; echo $n";
  const auto ran = run_program("sh -c '" + script + "'");
  ASSERT_GT(std::stoi("0" + ran.out), 0) << ran.err;
  fs::create_directory(restored);
  fs::rename(copy + ".0", restored + "/search.db");
  EXPECT_EQ(run_madsearch("check " + restored).code, 0);
  const auto resumed = run_madsearch("resume " + restored + " --quiet");
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(run_madsearch("front " + restored).out, run_madsearch("front " + stub.out()).out);
}

TEST(Backup, OverwritesNothingAndSaysWhatItDid) {
  StubRun stub;
  ASSERT_EQ(stub.run().code, 0);
  const auto copy = stub.path("copy.db").string();
  const auto ran = run_madsearch("backup " + stub.out() + " " + copy);
  EXPECT_EQ(ran.out, copy + " is a whole copy of " + stub.out() + "/search.db\n");
  const auto second = run_madsearch("backup " + stub.out() + " " + copy);
  EXPECT_EQ(second.code, 2);
  EXPECT_EQ(second.err, copy + " is there already; a backup needs a new file\n");
  EXPECT_EQ(run_madsearch("backup " + stub.out() + " /proc/copy.db").code, 2);
}

}  // namespace
}  // namespace madsearch
