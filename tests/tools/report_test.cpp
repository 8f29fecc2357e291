// `madsearch report` and what `serve` refuses; the page itself is tested in a browser (tests/tools/page).
#include <SQLiteCpp/SQLiteCpp.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

using Json = nlohmann::json;

/// A copy of a run of an earlier release: SQLite may leave files beside a store that is read.
class FormerRun {
 public:
  FormerRun() { std::filesystem::copy(in_source("tests/data/runs/finished"), path()); }
  std::string path() const { return folder_.path + "/finished"; }

 private:
  TemporaryFolder folder_;
};

/// A finished run, made once for all of these.
const StubRun& finished() {
  static const StubRun run;
  static const auto ran = run.run();
  EXPECT_EQ(ran.code, 0) << ran.err;
  return run;
}

Json report(const std::string& more = "") {
  const auto ran = run_madsearch("report " + finished().out() + more + " --format json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  return Json::parse(ran.out);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

TEST(RunReport, HoldsWhatFrontAndShowPrint) {
  const auto whole = report();
  EXPECT_EQ(whole["front"], Json::parse(run_madsearch("front " + finished().out() + " --format json").out));
  EXPECT_EQ(whole["front"]["standing"], "finished");
  ASSERT_FALSE(whole["candidates"].empty());
  for (const auto& candidate : whole["candidates"]) {
    const auto shown = Json::parse(
        run_madsearch("show " + finished().out() + " " + std::string(candidate["id"]) + " --format json").out);
    for (const auto* field : {"text", "origin", "parents", "born", "parameters", "flops", "served_state"})
      EXPECT_EQ(candidate[field], shown[field]) << field;
    for (const auto& evaluation : shown["evaluations"]) {
      const auto same = std::find_if(whole["evaluations"].begin(), whole["evaluations"].end(),
                                     [&](const Json& it) { return it["number"] == evaluation["number"]; });
      ASSERT_NE(same, whole["evaluations"].end());
      EXPECT_EQ((*same)["tasks"], evaluation["tasks"]);
      const auto trained = std::count_if(whole["trainings"].begin(), whole["trainings"].end(),
                                         [&](const Json& it) { return it["evaluation"] == evaluation["number"]; });
      EXPECT_EQ(static_cast<std::size_t>(trained), evaluation["trainings"].size());
    }
  }
}

TEST(RunReport, ProgressEndsWithTheHypervolumeOfTheSearch) {
  const auto whole = report();
  ASSERT_FALSE(whole["progress"].empty());
  double last = 0;
  for (const auto& step : whole["progress"]) {
    EXPECT_GE(step["hypervolume"], last);
    last = step["hypervolume"];
  }
  double best = 0;
  for (const auto& evaluation : whole["evaluations"])
    if (evaluation["rung"] == "battery" && evaluation["violation"] == 0.0)
      best = std::max(best, evaluation["score"].get<double>());
  EXPECT_EQ(whole["progress"].back()["best"], best);
}

TEST(RunReport, BlocksOfACandidateCostWhatItCosts) {
  for (const auto& row : report()["front"]["front"]) {
    const auto shown =
        Json::parse(run_madsearch("show " + finished().out() + " " + std::string(row["id"]) + " --format json").out);
    std::int64_t parameters = 0;
    std::int64_t state = 0;
    for (const auto& block : shown["blocks"]) {
      parameters += block["parameters"].get<std::int64_t>();
      state += block["state"].get<std::int64_t>();
    }
    EXPECT_EQ(parameters, shown["parameters"]) << row["text"];
    EXPECT_EQ(state, shown["served_state"]) << row["text"];
  }
}

TEST(RunReport, IsAListOfSeveralRuns) {
  const FormerRun former;
  const auto two = report(" " + former.path());
  ASSERT_TRUE(two.is_array());
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0]["folder"], finished().out());
}

TEST(RunReport, ARowOfCsvForEachEvaluationTrainingAndPretraining) {
  const FormerRun former;
  const auto whole = Json::parse(run_madsearch("report " + former.path() + " --format json").out);
  const auto lines = lines_of(run_madsearch("report " + former.path() + " --format csv").out);
  ASSERT_FALSE(lines.empty());
  EXPECT_TRUE(lines[0].starts_with("kind,design,evaluation,number,hash,rung,")) << lines[0];
  const auto columns = std::count(lines[0].begin(), lines[0].end(), ',');
  std::map<std::string, std::size_t> kinds;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    ++kinds[lines[i].substr(0, lines[i].find(','))];
    if (lines[i].find('"') == std::string::npos) {
      EXPECT_EQ(std::count(lines[i].begin(), lines[i].end(), ','), columns);
    }
  }
  EXPECT_EQ(kinds, (std::map<std::string, std::size_t>{{"evaluation", whole["evaluations"].size()},
                                                       {"training", whole["trainings"].size()},
                                                       {"pretraining", whole["front"]["pretrained"].size()}}));
}

TEST(RunReport, MarkdownHasARowForEachMemberAndHandDesign) {
  const auto front = report()["front"];
  const auto text = run_madsearch("report " + finished().out() + " --format md").out;
  EXPECT_TRUE(text.starts_with("# stub\n")) << text;
  const auto lines = lines_of(text);
  const auto rows =
      std::count_if(lines.begin(), lines.end(), [](const std::string& it) { return it.starts_with("| "); });
  EXPECT_EQ(static_cast<std::size_t>(rows), 2 + 2 + front["front"].size() + front["hand_designs"].size()) << text;
}

/// What the page of a report is given.
Json given(const std::string& arguments) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/report.html";
  const auto ran = run_madsearch("report " + arguments + " --out " + file);
  EXPECT_EQ(ran.code, 0) << ran.err;
  const auto page = read_file(file);
  const std::string begin = "id=\"given\">";
  const auto at = page.find(begin) + begin.size();
  return Json::parse(page.substr(at, page.find("</script>", at) - at));
}

bool has_page() { return run_madsearch("report " + finished().out() + " --out /dev/null").code == 0; }

TEST(RunReport, HoldsWhatIsAnsweredAboutItsCandidates) {
  if (!has_page()) GTEST_SKIP() << "built without its page";
  const TemporaryFolder log;
  const auto id = report()["front"]["front"][0]["hash"].get<std::string>();
  const auto ablated = run_madsearch("ablate " + finished().out() + " " + id +
                                     " --battery tiny --seeds 1 --format json --devices cpu --slots 2 --worker "
                                     "'madsearch stub-worker' --log " +
                                     log.path);
  ASSERT_EQ(ablated.code, 0) << ablated.err;
  const auto page = given(finished().out() + " --questions " + log.path);
  EXPECT_EQ(page["questions"], log.path);
  EXPECT_EQ(page["runs"][0]["questions"], (Json{{id, {Json::parse(ablated.out)}}}));
  EXPECT_EQ(given(finished().out() + " --questions " + log.path + "/none")["runs"][0]["questions"], Json::object());

  const auto broken = log.path + "/answers/ablate-" + id + "-tiny-1-0.json";
  write_file(broken, "{}");
  const auto ran = run_madsearch("report " + finished().out() + " --out /dev/null --questions " + log.path);
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err.substr(0, ran.err.find(": [")), broken + " is no answer of `ablate` or `neighbours`");
  const auto data = run_madsearch("report " + finished().out() + " --format md --questions " + log.path);
  EXPECT_EQ(data.code, 2);
  EXPECT_EQ(data.err, "--questions is for HTML, the only form of a report that has answers\n");
}

TEST(RunReport, ComparesDesignsOfTwoRunsAndSaysWhatWentWithScores) {
  if (!has_page()) GTEST_SKIP() << "built without its page";
  const TemporaryFolder folder;
  const auto quick = folder.path + "/quick";
  const auto copy = folder.path + "/copy";
  for (const auto& to : {quick, copy}) std::filesystem::copy(in_source("tests/data/runs/quick"), to);
  const auto page = given(quick + " " + copy);
  ASSERT_EQ(page["across"].size(), 8u * 7u);  // nobody beside itself
  const auto& pair = page["across"][0];
  EXPECT_EQ(pair["a"]["run"], quick);
  EXPECT_EQ(pair["b"]["run"], copy);
  const auto compared = run_madsearch("compare " + quick + " " + pair["a"]["hash"].get<std::string>() + " " +
                                      pair["b"]["hash"].get<std::string>() + " --other " + copy + " --format json");
  EXPECT_EQ(pair, Json::parse(compared.out));
  ASSERT_EQ(page["effects"].size(), 3u);
  for (const auto& effects : page["effects"]) {
    std::string folders;
    for (const auto& run : effects["runs"]) folders += " " + run.get<std::string>();
    EXPECT_EQ(effects, Json::parse(run_madsearch("effects" + folders + " --format json").out)) << folders;
  }

  const FormerRun former;
  const auto unlike = given(quick + " " + former.path());
  const auto refused = run_madsearch("compare " + quick + " 60fef120 transformer++ --other " + former.path());
  ASSERT_EQ(refused.code, 2);
  EXPECT_EQ(unlike["across"],
            (Json{{{"runs", {quick, former.path()}}, {"problem", refused.err.substr(0, refused.err.size() - 1)}}}));
  EXPECT_EQ(unlike["effects"][1]["problem"],
            "effects need 20 designs that completed the battery; " + former.path() + " has 7");
}

TEST(RunReport, NeedsAFileForHtmlAndOneRunForCsv) {
  const auto html = run_madsearch("report " + finished().out());
  EXPECT_EQ(html.code, 2);
  EXPECT_EQ(html.err, "a report in HTML goes to a file: --out FILE.html (or --format md, json, csv)\n");
  const auto csv = run_madsearch("report " + finished().out() + " " + finished().out() + " --format csv");
  EXPECT_EQ(csv.code, 2);
  EXPECT_EQ(csv.err, "a report in CSV is of one run: its rows don't say of which\n");
  const TemporaryFolder folder;
  const auto unwritable = run_madsearch("report " + finished().out() + " --format md --out " + folder.path);
  EXPECT_EQ(unwritable.code, 2);
  EXPECT_EQ(unwritable.err, "can't write " + folder.path + "\n");
}

TEST(RunReport, IsOfTheFormThatItsFilesNameHas) {
  const TemporaryFolder folder;
  const auto beginning = [&](const std::string& name, const std::string& more) {
    EXPECT_EQ(run_madsearch("report " + finished().out() + " --out " + folder.path + "/" + name + more).code, 0);
    return read_file(folder.path + "/" + name).substr(0, 2);
  };
  EXPECT_EQ(beginning("notes.md", ""), "# ");
  EXPECT_EQ(beginning("data.json", ""), "{\n");
  EXPECT_EQ(beginning("rows.csv", ""), "ki");  // "kind,..."
  EXPECT_EQ(beginning("rows.csv", " --format md"), "# ");
  const auto unknown = run_madsearch("report " + finished().out() + " --format pdf");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("--format: is \"pdf\"\n  expected one of: html, md, json, csv"), std::string::npos)
      << unknown.err;
}

TEST(RunReport, SaysWhoComputed) {
  const auto json = Json::parse(run_madsearch("report " + finished().out() + " --format json").out);
  ASSERT_EQ(json["pools"].size(), 1U);
  const std::string pool = json["pools"][0];
  EXPECT_TRUE(pool.starts_with("local: 2 slots, busy ")) << pool;
}

TEST(RunReport, GivesWhatIsNotFinishedNoOutcome) {
  const FormerRun run;
  const auto store = run.path() + "/search.db";
  SQLite::Database(store, SQLite::OPEN_READWRITE).exec("UPDATE evaluations SET finished = 0 WHERE number = 0");
  const auto json = Json::parse(run_madsearch("report " + run.path() + " --format json").out);
  for (const auto& row : json["evaluations"]) EXPECT_EQ(row["outcome"].is_null(), !row["finished"].get<bool>());
}

/// A socket that listens on a port of its own, which others may share if they want to.
class Listening {
 public:
  Listening() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    const int yes = 1;
    setsockopt(socket_, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
    sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(socket_, 1), 0);
    EXPECT_EQ(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
  }
  ~Listening() { close(socket_); }
  std::string port() const { return std::to_string(port_); }

 private:
  int socket_;
  int port_ = 0;
};

TEST(Serve, SharesItsPortWithNobody) {
  const Listening other;
  const auto ran =
      run_program("timeout 20 " + in_build("madsearch") + " serve " + finished().out() + " --port " + other.port());
  if (ran.err.find("built without its page") != std::string::npos) GTEST_SKIP() << ran.err;
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "can't listen on 127.0.0.1, port " + other.port() +
                         ": is the port taken? --port 0 takes one that is free\n");
}

TEST(Serve, RefusesWhatIsNoRun) {
  const TemporaryFolder folder;
  const auto ran = run_madsearch("serve " + folder.path + "/nothing --port 0");
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, folder.path + "/nothing is no run: it has no search.db\n");
}

}  // namespace
}  // namespace madsearch
