// A run that is killed at its very beginning is begun anew.
#include <gtest/gtest.h>

#include "program.h"

namespace madsearch {
namespace {

TEST(Beginning, KilledAtAnyMomentIsBegunAnew) {
  const StubRun stub;
  for (int i = 0; i < 8; ++i) {
    const auto out = stub.out() + std::to_string(i);
    run_madsearch("run " + stub.config() + " --quiet --out " + out, 0.002 + 0.008 * i);
    const auto resumed = run_madsearch("resume " + out + " --quiet", 0.3);  // long enough to refuse
    if (resumed.code == 2) {
      const auto begins = "; `madsearch run CONFIG --out " + out + "` begins it anew\n";
      const auto none = out + " is no run: it has no search.db";
      EXPECT_TRUE(resumed.err == none + "\n" || resumed.err == none + begins ||
                  resumed.err == out + " holds no results yet" + begins)
          << i << ": " << resumed.err;
    }
    const auto ran = run_madsearch("run " + stub.config() + " --quiet --out " + out);
    ASSERT_EQ(ran.code, 0) << i << ": " << ran.err;
    EXPECT_EQ(run_madsearch("check " + out).code, 0);
  }
}

TEST(Beginning, EveryPartOfABeginningIsEnough) {
  const StubRun stub;
  const auto out = stub.out();
  const auto begins = [&](const std::string& what) {
    const auto ran = run_madsearch("run " + stub.config() + " --quiet --out " + out);
    EXPECT_EQ(ran.code, 0) << what << ": " << ran.err;
    std::filesystem::remove_all(out);
    std::filesystem::create_directory(out);
  };
  begins("nothing");
  begins("an empty folder");
  write_file(out + "/search.db", "");
  begins("an empty store");
  write_file(out + "/search.db", "");
  write_file(out + "/search.db-wal", "");
  begins("an empty store with an empty log");
  write_file(out + "/search.db", "");
  write_file(out + "/search.db-journal", "");
  begins("an empty store with an empty journal");
}

}  // namespace
}  // namespace madsearch
