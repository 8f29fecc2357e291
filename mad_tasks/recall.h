#pragma once
#include <memory>
#include <string>
#include <vector>

#include "mad_tasks/task.h"

namespace madsearch {

/// What in-context recall and its noisy form share. recall.cpp makes their examples.
struct RecallSizes {
  std::int64_t vocabulary = 0;
  std::int64_t length = 0;
  std::int64_t noise_vocabulary = 0;
  double noise_fraction = 0;
  bool multi_query = true;
  std::int64_t pairs = 0;    // keys of one example; 0: all
  double rewritten = 0;      // the probability that a key which was shown comes with a new value
  bool train_asked = false;  // in training too, only what is asked is a target

  /// Keys are 0 .. keys()-1, values keys() .. pairable()-1, then come the noise tokens, then (single query) the copy
  /// prefix.
  std::int64_t pairable() const { return vocabulary - noise_vocabulary - (multi_query ? 0 : 1); }
  std::int64_t keys() const { return pairable() / 2; }
  std::int64_t values() const { return pairable() - keys(); }
  std::int64_t input_length() const { return multi_query ? length - 1 : length; }
};

/// The sizes in a task's values; a setting that the task doesn't have keeps its default.
RecallSizes recall_sizes(const TaskValues& values);
/// Task::added of both tasks: pairs, rewritten, train_asked.
TaskValues recall_added();
/// "" if the settings are possible, else a sentence.
std::string recall_valid(const TaskValues& values);
/// Examples as in_context_recall.h and noisy_in_context_recall.h show them.
std::unique_ptr<Generator> recall_generator(const RecallSizes& sizes, Seed seed);

/// Inputs and targets of a task that asks for next tokens. `tokens` are the whole sequence, `asked` the same with
/// kIgnore where nothing is asked; both are shifted by one. In training every next token is a target, unless
/// `train_asked`.
Example next_token_example(const std::vector<std::int32_t>& tokens, const std::vector<std::int32_t>& asked, Split split,
                           bool train_asked);

}  // namespace madsearch
