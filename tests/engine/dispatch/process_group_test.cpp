#include "engine/dispatch/process_group.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace madsearch {
namespace {

TEST(ProcessGroup, LivesAsLongAsOneOfIt) {
  const auto leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    for (;;) pause();
  }
  setpgid(leader, leader);
  EXPECT_TRUE(any_lives_in(leader));
  siginfo_t end;
  kill(leader, SIGKILL);
  waitid(P_PID, static_cast<id_t>(leader), &end, WEXITED | WNOWAIT);
  EXPECT_EQ(kill(-leader, 0), 0) << "it is there";
  EXPECT_FALSE(any_lives_in(leader)) << "but has ended";
  waitpid(leader, nullptr, 0);
  EXPECT_FALSE(any_lives_in(leader));
}

/// A shell that has ended is not all of what it began.
TEST(ProcessGroup, OutlivesItsLeader) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const auto leader = fork();
  if (leader == 0) {
    setpgid(0, 0);
    if (fork() == 0) {
      (void)!write(ready[1], "!", 1);
      for (;;) pause();
    }
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  waitpid(leader, nullptr, 0);
  EXPECT_TRUE(any_lives_in(leader));
  kill(-leader, SIGKILL);
  while (any_lives_in(leader)) usleep(1000);
  close(ready[0]);
  close(ready[1]);
}

}  // namespace
}  // namespace madsearch
