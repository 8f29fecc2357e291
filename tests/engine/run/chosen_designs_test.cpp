#include "engine/run/chosen_designs.h"

#include "tests/results/stored_run.h"

namespace madsearch {
namespace {

class ChosenDesignsTest : public StoredRun {
 protected:
  std::vector<std::string> chosen(std::int64_t members, std::int64_t pairs) {
    PretrainOptions options;
    options.members = members;
    options.pairs = pairs;
    std::vector<std::string> out;
    for (const auto& design : choose_for_pretraining(store_, options, 4))
      out.push_back(design.hash + ": " + design.role);
    return out;
  }
};

TEST_F(ChosenDesignsTest, AreTheBestScoredMembers) {
  add("small", "random", 1000, 0.5);
  add("large", "random", 3000, 0.9);
  add("middle", "random", 2000, 0.7);
  EXPECT_EQ(chosen(2, 0), (std::vector<std::string>{"large: front", "middle: front"}));
}

TEST_F(ChosenDesignsTest, PairAMemberWithTheWorstOfItsState) {
  add("member", "random", 1000, 0.9);
  add("near", "random", 1050, 0.7);
  add("worst", "random", 1099, 0.2);
  add("far", "random", 1200, 0.1);
  EXPECT_EQ(chosen(1, 1), (std::vector<std::string>{"member: front", "worst: pair of member"}));
}

}  // namespace
}  // namespace madsearch
