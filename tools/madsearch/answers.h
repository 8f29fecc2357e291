#pragma once
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "record.h"

namespace CLI {
class App;
}

namespace madsearch {

/// Where `ablate` and `neighbours` keep what they train and answer unless a folder is named.
inline constexpr const char* kQuestions = "runs/questions";

/// Keeps what a command answered about a design, as it prints it in JSON, beside its trainings: a file for each
/// question in FOLDER/answers, there as a whole or not at all. The same question asked again replaces its answer.
/// `answer` has "question", "id" (of the design), "battery" and "seed_sets"; `rest` is what else distinguishes the
/// question. Throws ConfigError if it can't be written.
void keep_answer(const std::filesystem::path& folder, const Record& answer, const std::string& rest);

/// The ids of the designs that FOLDER has files about.
std::set<std::string> answered_designs(const std::filesystem::path& folder);

/// The answers about the design with this id that FOLDER holds, by question and battery; none where there is no such
/// folder, and none of another scoring. Throws ConfigError for a file that is no answer.
std::vector<Value> answers_about(const std::filesystem::path& folder, const std::string& id);

/// --questions, whose default is `folder`.
void add_questions(CLI::App& command, std::string& folder);

/// Changes when an answer comes; "" without any.
std::string stamp_of_answers(const std::filesystem::path& folder);

}  // namespace madsearch
