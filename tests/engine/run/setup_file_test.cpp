#include "engine/run/setup_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "configs/errors.h"
#include "configs/folder.h"
#include "search/architecture/parser.h"
#include "tests/support/folders.h"

namespace madsearch {
namespace {

class SetupFileTest : public testing::Test {
 protected:
  SetupFileTest() {
    std::filesystem::create_directory(folder_.path + "/text");
    std::ofstream(folder_.path + "/text/a.txt") << "hello";
  }
  SetupFile read(const std::string& yaml, bool data_may_be_gone = false) {
    std::ofstream(file()) << yaml;
    return read_setup(file(), data_may_be_gone);
  }
  std::string refusal(const std::string& yaml, bool data_may_be_gone = false) {
    try {
      read(yaml, data_may_be_gone);
    } catch (const ConfigError& error) {
      const std::string what = error.what();
      return what.substr(0, what.find('\n'));
    }
    return "accepted";
  }
  std::string file() const { return folder_.path + "/mine.yaml"; }

  TemporaryFolder folder_;
  const std::string kWhole = "data: text\nflops: 1.0e+9\nparameters: 5000\nlength: 64\n";
};

TEST_F(SetupFileTest, ReadsHowDesignsArePretrained) {
  const auto setup = read(kWhole + "blocks: 4\nbase_width: 64\nschedule: wsd\ntuning: 0.5\nlearning_rates: [1.0e-3]\n");
  EXPECT_EQ(setup.name, "mine");
  EXPECT_EQ(setup.blocks, 4);
  EXPECT_EQ(setup.options.setup.schedule, "wsd");
  EXPECT_EQ(setup.options.setup.tuning, 0.5);
  EXPECT_EQ(setup.options.batch, 8) << "as in `pretrain:`";
  EXPECT_EQ(setup.options.data, folder_.path + "/text");
  const auto request = setup_request(setup, canonical(parse("attention swiglu")), 1);
  EXPECT_EQ(request.repeat, 2);
  EXPECT_EQ(request.base_width, 64);
  EXPECT_EQ(request.length, 64);
  EXPECT_NE(request.seed, setup_request(setup, canonical(parse("attention swiglu")), 0).seed);
}

TEST_F(SetupFileTest, IsFoundByItsName) {
  EXPECT_EQ(setup_file("tiny", in_source("configs")), in_source("configs/setups/tiny.yaml"));
  EXPECT_EQ(setup_file("setups/tiny.yaml", "none"), "setups/tiny.yaml");
}

TEST_F(SetupFileTest, SaysWhatIsWrong) {
  EXPECT_EQ(refusal(kWhole + "repeat: 2\n"), file() + ":5:1: unknown key \"repeat\" in " + file());
  EXPECT_EQ(refusal(kWhole + "schedule: wds\n"), file() + ":5:11: unknown schedule \"wds\"");
  EXPECT_EQ(refusal("data: none\nflops: 1\nparameters: 1\n"), file() + ":1:7: no such folder, or nothing in it: none");
  EXPECT_EQ(refusal("flops: 1\n").substr(0, file().size() + 1), file() + ":");
}

TEST_F(SetupFileTest, HoldsDataToTheContentWritten) {
  const auto content = read(kWhole).options.content;
  EXPECT_EQ(refusal(kWhole + "content: \"" + content + "\"\n"), "accepted");
  EXPECT_EQ(read(kWhole + "content_of_log: \"0123\"\n", true).options.content, content) << "of what is there";
  EXPECT_EQ(refusal(kWhole + "content: \"0123\"\n"),
            file() + ":5:10: the data has content " + content + ": it is not what this setup was made for");
  std::filesystem::remove_all(folder_.path + "/text");
  EXPECT_NE(refusal(kWhole + "content: \"0123\"\n"), "accepted");
  EXPECT_EQ(read(kWhole + "content: \"0123\"\n", true).options.content, "0123");
  EXPECT_EQ(read(kWhole + "content_of_log: \"0123\"\n", true).options.content, "0123");
}

TEST_F(SetupFileTest, TheShippedOnesAreRead) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(configs_folder() / "setups")) {
    std::ifstream in(entry.path());
    std::string yaml{std::istreambuf_iterator<char>(in), {}};
    const std::string data = "../../data/debian-text";
    yaml.replace(yaml.find(data), data.size(), "text");
    EXPECT_EQ(read(yaml).options.setup.embeddings, "tied") << entry.path();
    ++found;
  }
  EXPECT_GE(found, 1);
  EXPECT_LE(found, 6) << "more setups than were written down before any was run";
}

}  // namespace
}  // namespace madsearch
