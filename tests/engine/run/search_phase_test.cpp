// What a session tells of a search that an earlier one began.
#include "engine/run/search_phase.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "engine/run/config_reader.h"
#include "engine/run/session.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

/// The lines of metrics that are of the whole run.
std::set<std::string> of_the_run(const Metrics& metrics) {
  std::set<std::string> out;
  std::istringstream lines(metrics.text());
  for (std::string line; std::getline(lines, line);)
    for (const auto* name : {"madsearch_evaluations_total", "madsearch_evaluation_core_seconds",
                             "madsearch_trainings_total", "madsearch_front_size", "madsearch_hypervolume"})
      if (line.starts_with(name)) out.insert(line);
  return out;
}

TEST(SearchPhase, ShowsToWhoScrapesWhatEarlierSessionsDid) {
  const TemporaryFolder folder;
  const auto file = folder.path + "/some.yaml";
  std::ofstream(file) << "battery: quick\nstages: 4\nseeds: [transformer++]\ndevices: cpu\nslots_per_device: 1\n"
                         "search: {evaluations: 12, population: 4, confirm_seeds: 2, confirm_members: 1}\n";
  auto config = read_run(file, in_source("configs"));
  config.workers.pools[0].command = in_build("tests/stub_worker");
  const RunOptions options{.folder = folder.path + "/run"};
  std::set<std::string> earlier;
  {
    Session session(config, options);
    ASSERT_TRUE(search_and_confirm(session));
    earlier = of_the_run(session.metrics);
  }
  Session session(config, options);
  ASSERT_TRUE(search_and_confirm(session));
  EXPECT_EQ(of_the_run(session.metrics), earlier);
  const auto text = session.metrics.text();
  EXPECT_NE(text.find("\nmadsearch_evaluations_total{outcome=\"ok\",rung=\"battery\"} 12\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("\nmadsearch_evaluation_core_seconds_count{rung=\"battery\"} 12\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("\nmadsearch_evaluation_core_seconds_sum{rung=\"battery\"} 0\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace madsearch
