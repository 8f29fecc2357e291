#include "engine/dispatch/door.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace madsearch {
namespace {

TEST(Door, MakesEveryTextPrintable) {
  const std::string bad = "a\x1b[2J\nb";
  const auto hello = std::get<Hello>(let_in(to_line(Hello{.version = bad, .revision = bad, .device = bad})).message);
  EXPECT_EQ(hello.version, "a\\x1b[2J b");
  EXPECT_EQ(hello.revision, "a\\x1b[2J b");
  EXPECT_EQ(hello.device, "a\\x1b[2J b");

  TrainReply trained;
  trained.record.id = "x";
  trained.record.message = std::string(1 << 20, '!');
  const auto reply = std::get<TrainReply>(std::get<Reply>(let_in(to_line(Reply{trained})).message));
  EXPECT_EQ(reply.record.message.size(), 2000u);
  EXPECT_EQ(reply.record.id, "x");

  const auto error = std::get<ErrorReply>(std::get<Reply>(let_in(to_line(Reply{ErrorReply{bad, bad}})).message));
  EXPECT_EQ(error.id, "a\\x1b[2J b");
  EXPECT_EQ(error.error, "a\\x1b[2J b");

  const BenchReply benched{.id = "x", .rows = {{.design = bad}}};
  EXPECT_EQ(std::get<BenchReply>(std::get<Reply>(let_in(to_line(Reply{benched})).message)).rows[0].design,
            "a\\x1b[2J b");
}

TEST(Door, LeavesLongDesignsWhole) {
  const BenchReply benched{.id = "x", .rows = {{.design = std::string(10'000, 'd')}}};
  EXPECT_EQ(std::get<BenchReply>(std::get<Reply>(let_in(to_line(Reply{benched})).message)).rows[0].design.size(),
            10'000u);
}

TEST(Door, SaysPrintablyWhatIsNoMessage) {
  const auto complaint = [](const std::string& line) -> std::string {
    try {
      let_in(line);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_EQ(complaint("\x1b[31mred\xff"), "not a message: \\x1b[31mred\\xff");
  EXPECT_EQ(complaint("{\"type\":\"\\u001b]0;title\\u0007\"}"), "no message type \"\\x1b]0;title\\x07\"");
  EXPECT_LE(complaint("{\"type\":\"" + std::string(1 << 20, 'x') + "\"}").size(), 2000u);
}

}  // namespace
}  // namespace madsearch
