#include "engine/training/pretrain_setup.h"

#include <algorithm>
#include <sstream>

#include "configs/text.h"

namespace madsearch {

const std::vector<SetupWord>& setup_words() {
  static const std::vector<SetupWord> words = {
      {"schedule", &PretrainSetup::schedule, {"cosine", "wsd"}},
      {"embeddings", &PretrainSetup::embeddings, {"untied", "tied"}},
      {"conv", &PretrainSetup::conv, {"as written", "all", "none"}},
      {"qk_norm", &PretrainSetup::qk_norm, {"as written", "all"}},
  };
  return words;
}

std::string trouble_with(const PretrainSetup& setup) {
  for (const auto& [key, value, words] : setup_words())
    if (std::find(words.begin(), words.end(), setup.*value) == words.end())
      return std::string(key) + " is " + in_quotes(setup.*value) + expected_one_of(words, setup.*value);
  if (setup.tuning > 0 && setup.tuning <= 1) return "";
  return "tuning must be a share of the budget above 0, 1 at most";
}

std::string to_text(const PretrainSetup& setup) {
  std::ostringstream out;
  for (const auto& [key, value, words] : setup_words())
    if (setup.*value != words.front()) out << (out.tellp() > 0 ? "; " : "") << key << " " << setup.*value;
  if (setup.tuning != PretrainSetup{}.tuning) out << (out.tellp() > 0 ? "; " : "") << "tuning " << setup.tuning;
  return out.str();
}

}  // namespace madsearch
