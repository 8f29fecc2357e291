#pragma once
#include <string>
#include <vector>

namespace madsearch {

/// How designs are pretrained, beside size, budget and data. What a word may be: setup_words().
struct PretrainSetup {
  std::string schedule = "cosine";  // of the learning rate (schedule.h)
  /// Of embedding and unembedding: "tied" has one matrix for both, and no bias.
  std::string embeddings = "untied";
  double tuning = 0.1;  // share of the budget with which each learning rate is tried
  /// Short convolutions of sequence mixers: "all" gives four taps to each that has none and can have some, "none"
  /// switches off what can be (search/architecture/without_convolution.h).
  std::string conv = "as written";
  std::string qk_norm = "as written";  // "all": queries and keys are normalised wherever a block has the knob
};

/// A setting that is a word.
struct SetupWord {
  const char* key;
  std::string PretrainSetup::*value;
  std::vector<std::string> words;  // the first is the default
};
const std::vector<SetupWord>& setup_words();

/// Why this is no setup, in one sentence; "" if it is one.
std::string trouble_with(const PretrainSetup& setup);

/// What differs from the defaults, "schedule wsd; tuning 0.5"; "" for the defaults.
std::string to_text(const PretrainSetup& setup);

}  // namespace madsearch
