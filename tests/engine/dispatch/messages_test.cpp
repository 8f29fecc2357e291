#include "engine/dispatch/messages.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "results/fields.h"

namespace madsearch {
namespace {

// All members, whichever record: a new member doesn't compile here before it is written, read and compared.
template <class T>
constexpr int count_of = 0;
template <>
constexpr int count_of<Hello> = 11;
template <>
constexpr int count_of<Slots> = 1;
template <>
constexpr int count_of<Started> = 3;
template <>
constexpr int count_of<Lost> = 1;
template <>
constexpr int count_of<Memory> = 2;
template <>
constexpr int count_of<GridPoint> = 2;
template <>
constexpr int count_of<TaskSetting> = 3;
template <>
constexpr int count_of<BatterySetting> = 6;
template <>
constexpr int count_of<Look> = 3;
template <>
constexpr int count_of<Curve> = 2;
template <>
constexpr int count_of<TrainRequest> = 13;
template <>
constexpr int count_of<PretrainRequest> = 20;
template <>
constexpr int count_of<PretrainSetup> = 5;
template <>
constexpr int count_of<Progress> = 5;
template <>
constexpr int count_of<BenchRequest> = 7;
template <>
constexpr int count_of<BenchRow> = 10;
template <>
constexpr int count_of<BenchReply> = 3;
template <>
constexpr int count_of<DistilledScore> = 4;
template <>
constexpr int count_of<ExamineRequest> = 7;
template <>
constexpr int count_of<ExamineReply> = 12;
template <>
constexpr int count_of<ErrorReply> = 2;
template <>
constexpr int count_of<TrainReply> = 4;
template <>
constexpr int count_of<TrainingRecord> = 18;
template <>
constexpr int count_of<PretrainReply> = 6;
template <>
constexpr int count_of<PretrainingRecord> = 21;
template <>
constexpr int count_of<Provenance> = 6;
template <>
constexpr int count_of<TextBits> = 4;

template <class R>
auto members(R& r) {
  constexpr int n = count_of<std::remove_const_t<R>>;
  if constexpr (n == 1) {
    auto& [a] = r;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = r;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = r;
    return std::tie(a, b, c);
  } else if constexpr (n == 4) {
    auto& [a, b, c, d] = r;
    return std::tie(a, b, c, d);
  } else if constexpr (n == 5) {
    auto& [a, b, c, d, e] = r;
    return std::tie(a, b, c, d, e);
  } else if constexpr (n == 6) {
    auto& [a, b, c, d, e, f] = r;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (n == 7) {
    auto& [a, b, c, d, e, f, g] = r;
    return std::tie(a, b, c, d, e, f, g);
  } else if constexpr (n == 8) {
    auto& [a, b, c, d, e, f, g, h] = r;
    return std::tie(a, b, c, d, e, f, g, h);
  } else if constexpr (n == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = r;
    return std::tie(a, b, c, d, e, f, g, h, i);
  } else if constexpr (n == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (n == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (n == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (n == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (n == 18) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t);
  } else if constexpr (n == 20) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t, u, v] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t, u, v);
  } else {
    static_assert(n == 21);
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t, u, v, w] = r;
    return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q, s, t, u, v, w);
  }
}

void draw(std::string& value) {
  value = *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  if (*rc::gen::arbitrary<bool>()) value += "φ→\"\\";
}
void draw(std::int64_t& value) { value = *rc::gen::arbitrary<std::int64_t>(); }
void draw(std::uint64_t& value) { value = *rc::gen::arbitrary<std::uint64_t>(); }
void draw(bool& value) { value = *rc::gen::arbitrary<bool>(); }
void draw(int& value) { value = kMessagesVersion; }  // a Hello of another version is not read whole
void draw(double& value) {
  const auto infinity = std::numeric_limits<double>::infinity();
  value = *rc::gen::oneOf(rc::gen::arbitrary<double>(),
                          rc::gen::element(0.1, 1.0 / 3, 5e-324, 1e300, infinity, -infinity, std::nan("")));
}
template <class T>
void draw(std::optional<T>& value) {
  if (*rc::gen::arbitrary<bool>()) draw(value.emplace());
}
void draw(Outcome& value) {
  value = *rc::gen::element(Outcome::kOk, Outcome::kDiverged, Outcome::kOutOfMemory, Outcome::kTimedOut,
                            Outcome::kFailed, Outcome::kLost);
}
void draw(Measure& value) { value = *rc::gen::element(Measure::kBest, Measure::kProgress); }
void draw(Protocol& value) { value = *rc::gen::element(Protocol::kMadsearch, Protocol::kMadLab); }
void draw(TaskValues& value) {
  for (auto left = *rc::gen::inRange(0, 4); left > 0; --left) {
    std::string name;
    double number = 0;
    draw(name);
    draw(number);
    value.set(name, std::isnan(number) ? 1 : number);
  }
}
template <class T>
requires(count_of<T> > 0) void draw(T& record);
template <class T>
void draw(std::vector<T>& values) {
  for (auto left = *rc::gen::inRange(0, 4); left > 0; --left) draw(values.emplace_back());
}
template <class T>
requires(count_of<T> > 0) void draw(T& record) {
  std::apply([](auto&... member) { (draw(member), ...); }, members(record));
}

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (count_of < T >> 0) {
    return std::apply(
        [&](const auto&... x) { return std::apply([&](const auto&... y) { return (same(x, y) && ...); }, members(b)); },
        members(a));
  } else if constexpr (requires { a.empty(), a.front(); } && !std::is_same_v<T, std::string>) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) { return same(x, y); });
  } else if constexpr (is_optional<T>) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (std::is_same_v<T, double>) {
    return a == b || (std::isnan(a) && std::isnan(b));
  } else {
    return a == b;
  }
}

/// The message of a line that is a `Kind`.
template <class Kind>
Kind read(const std::string& line) {
  auto message = from_line(line).message;
  if constexpr (std::is_constructible_v<Request, Kind>)
    return std::get<Kind>(std::get<Request>(message));
  else if constexpr (std::is_constructible_v<Reply, Kind>)
    return std::get<Kind>(std::get<Reply>(message));
  else
    return std::get<Kind>(message);
}

Reply read_reply(const Reply& reply) { return std::get<Reply>(from_line(to_line(reply)).message); }

template <class Kind>
bool starts_with_type_and_id(const Kind& message) {
  return to_line(message).starts_with(R"({"type":")" + std::string(Kind::kType) + R"(","id":"x",)");
}

template <class Kind>
void check() {
  EXPECT_TRUE(rc::check([] {
    Kind message;
    draw(message);
    const auto line = to_line(message);
    RC_ASSERT(line.find('\n') == std::string::npos);
    RC_ASSERT(same(message, read<Kind>(line)));
  }));
}

TEST(Messages, AHelloRoundTrips) { check<Hello>(); }
TEST(Messages, ASlotsRoundTrips) { check<Slots>(); }
TEST(Messages, AStartedRoundTrips) { check<Started>(); }
TEST(Messages, ALostRoundTrips) { check<Lost>(); }
TEST(Messages, AMemoryRoundTrips) { check<Memory>(); }
TEST(Messages, AProgressRoundTrips) { check<Progress>(); }
TEST(Messages, ATrainRequestRoundTrips) { check<TrainRequest>(); }
TEST(Messages, APretrainRequestRoundTrips) { check<PretrainRequest>(); }
TEST(Messages, ABenchRequestRoundTrips) { check<BenchRequest>(); }
TEST(Messages, AnExamineRequestRoundTrips) { check<ExamineRequest>(); }
TEST(Messages, ATrainReplyRoundTrips) { check<TrainReply>(); }
TEST(Messages, APretrainReplyRoundTrips) { check<PretrainReply>(); }
TEST(Messages, ABenchReplyRoundTrips) { check<BenchReply>(); }
TEST(Messages, AnExamineReplyRoundTrips) { check<ExamineReply>(); }
TEST(Messages, AnErrorReplyRoundTrips) { check<ErrorReply>(); }

TEST(Messages, PingPongAndErrorAreShortLines) {
  EXPECT_EQ(to_line(Ping{}), R"({"type":"ping"})");
  EXPECT_EQ(to_line(Pong{}), R"({"type":"pong"})");
  EXPECT_TRUE(std::holds_alternative<Ping>(from_line(R"({"type":"ping"})").message));
  EXPECT_TRUE(std::holds_alternative<Pong>(from_line(R"({"type":"pong"})").message));
}

TEST(Messages, AnErrorCarriesTheIdOfItsRequestIfThereWasOne) {
  const ErrorReply of_a_request{"a: b", "no \"such\" task\n"};
  EXPECT_EQ(to_line(of_a_request), R"({"type":"error","id":"a: b","error":"no \"such\" task\n"})");
  EXPECT_EQ(id_of(read_reply(of_a_request)), "a: b");
  const ErrorReply of_none{{}, "not a message"};
  EXPECT_EQ(to_line(of_none), R"({"type":"error","error":"not a message"})");
  EXPECT_EQ(id_of(read_reply(of_none)), "");
}

TEST(Messages, TheTypeComesFirstAndThenTheId) {
  EXPECT_EQ(to_line(Progress{"a", 1, 2, 0.5, std::nan("")}),
            R"({"type":"progress","id":"a","step":1,"steps":2,"loss":0.5,"accuracy":"nan"})");
  EXPECT_TRUE(starts_with_type_and_id(TrainRequest{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(PretrainRequest{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(BenchRequest{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(ExamineRequest{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(TrainReply{.record = {.id = "x"}}));
  EXPECT_TRUE(starts_with_type_and_id(PretrainReply{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(BenchReply{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(ExamineReply{.id = "x"}));
  EXPECT_TRUE(starts_with_type_and_id(ErrorReply{.id = "x"}));
}

TEST(Messages, AnErrorInsteadOfAReplyIsThrown) {
  EXPECT_EQ(reply_as<BenchReply>(BenchReply{.id = "a"}).id, "a");
  try {
    reply_as<BenchReply>(ErrorReply{"a", "no such design"});
    FAIL() << "an error is no answer";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "no such design");
  }
}

TEST(Messages, AnAttemptStandsBesideWhatIsSaidAboutIt) {
  EXPECT_EQ(to_line(Cancel{}, 7), R"({"type":"cancel","attempt":7})");
  EXPECT_EQ(to_line(Reply(BenchReply{.id = "a"}), 7),
            R"({"type":"benched","attempt":7,"id":"a","peak_gflops":0.0,"rows":[]})");
  const auto line = from_line(to_line(Request(BenchRequest{.id = "a"}), 7));
  EXPECT_EQ(line.attempt, 7);
  EXPECT_EQ(id_of(std::get<Request>(line.message)), "a");
  EXPECT_EQ(from_line(to_line(Lost{"no reason"})).attempt, 0);
}

/// The answer to a line that is no message.
std::string error_line(const std::string& line) {
  const auto out = error_at(line, "what?");
  return to_line(out.message, out.attempt);
}

TEST(Messages, AnErrorGoesToWhoWaitsForTheLinesAnswer) {
  EXPECT_EQ(error_line(R"({"type":"train","attempt":7,"id":"a"})"),
            R"({"type":"error","attempt":7,"id":"a","error":"what?"})");
  EXPECT_EQ(error_line(R"({"type":"train","attempt":"7","id":7})"), R"({"type":"error","error":"what?"})");
  EXPECT_EQ(error_line("Loading CUDA ..."), R"({"type":"error","error":"what?"})");
}

TEST(Messages, IgnoresKeysOfANewerVersion) {
  const auto* line = R"({"colour":"red","type":"progress","id":"a","step":1,"steps":2,"loss":1,"accuracy":0})";
  EXPECT_EQ(std::get<Progress>(from_line(line).message).loss, 1);
}

TEST(Messages, ReadsTheVersionOfAHelloThatItDoesNotUnderstand) {
  const auto other = kMessagesVersion + 1;
  const auto line = R"({"type":"hello","messages":)" + std::to_string(other) + R"(,"greeting":"Salve"})";
  EXPECT_EQ(std::get<Hello>(from_line(line).message).messages, other);
  EXPECT_EQ(std::get<Hello>(from_line(R"({"type":"hello","protocol":4})").message).messages, 0);
}

TEST(Messages, SaysThatBrokenLettersAreBroken) {
  EXPECT_EQ(std::get<ErrorReply>(read_reply(ErrorReply{{}, "caf\xe9"})).error, "caf\uFFFD");
}

std::string complaint(const std::string& line) {
  try {
    from_line(line);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Messages, NamesWhatIsWrongWithALine) {
  EXPECT_EQ(complaint("Loading CUDA ..."), "not a message: Loading CUDA ...");
  EXPECT_EQ(complaint(""), "not a message: ");
  EXPECT_EQ(complaint("[1]"), "not a message: [1]");
  EXPECT_EQ(complaint("{\"type\":\"ping\""), "not a message: {\"type\":\"ping\"");
  EXPECT_EQ(complaint("{}"), "a message lacks \"type\": {}");
  EXPECT_EQ(complaint(R"({"type":3})"), "\"type\" of a message is not a text");
  EXPECT_EQ(complaint(R"({"type":"sing"})"), "no message type \"sing\"");
  EXPECT_EQ(complaint(R"({"type":"cancel","attempt":"x"})"), "\"attempt\" of message \"cancel\" is not an integer");
  EXPECT_EQ(complaint(R"({"type":"error"})"), "message \"error\" lacks \"error\"");
  EXPECT_EQ(complaint(R"({"type":"progress","id":"a","step":1,"steps":2,"loss":1})"),
            "message \"progress\" lacks \"accuracy\"");
  EXPECT_EQ(complaint(R"({"type":"progress","id":7})"), "\"id\" of message \"progress\" is not a text");
  EXPECT_EQ(complaint(R"({"type":"progress","id":"a","step":1.5})"),
            "\"step\" of message \"progress\" is not an integer");
  EXPECT_EQ(complaint(R"({"type":"progress","id":"a","step":18446744073709551615})"),
            "\"step\" of message \"progress\" is not a 64-bit integer");
  EXPECT_EQ(complaint(R"({"type":"progress","id":"a","step":1,"steps":2,"loss":"x"})"),
            "\"loss\" of message \"progress\" is not a number");
  EXPECT_EQ(complaint(R"({"type":"bench","id":"a","designs":["a",1]})"),
            "an item of \"designs\" of message \"bench\" is not a text");
  EXPECT_EQ(complaint(R"({"type":"train","id":"a","design":"b","setting":[]})"),
            "\"setting\" of message \"train\" is not an object");
  EXPECT_EQ(complaint(R"({"type":"train","id":"a","design":"b","setting":{"task":"t","values":{"n":"x"}}})"),
            "\"n\" in \"values\" of \"setting\" of message \"train\" is not a number");
  EXPECT_EQ(complaint(R"({"type":"trained","id":"a","task":"t","setting":0,"outcome":"bad"})"),
            "\"outcome\" of message \"trained\" is not an outcome");
}

}  // namespace
}  // namespace madsearch
