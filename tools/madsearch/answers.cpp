#include "answers.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "configs/errors.h"
#include "configs/seed.h"
#include "configs/text.h"
#include "results/scoring.h"

namespace madsearch {
namespace fs = std::filesystem;
namespace {

fs::path answers_in(const fs::path& folder) { return folder / "answers"; }

/// "ablate-60fef120052bab16-quick-2-0123456789abcdef.json", so that names sort by question and battery.
std::string file_name(const Record& answer, const std::string& rest) {
  const auto part = [&](const char* field) { return answer.at(field).plain(); };
  return part("question") + "-" + part("id") + "-" + part("battery") + "-" + part("seed_sets") + "-" +
         hexadecimal(Seed{}.derive(rest).value) + ".json";
}

/// The design of a name that file_name made; of another nothing that is an id.
std::string id_in(const fs::path& file) {
  const auto name = file.filename().string();
  const auto begin = name.find('-') + 1;
  return name.substr(begin, name.find('-', begin) - begin);
}

/// By name.
std::set<fs::path> files_in(const fs::path& folder) {
  std::set<fs::path> out;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(answers_in(folder), missing))
    if (entry.path().extension() == ".json") out.insert(entry.path());
  return out;
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// Whether a file holds an answer about the design that counts today.
bool is_about(const fs::path& file, const std::string& text, const std::string& id) {
  try {
    const auto json = nlohmann::json::parse(text);
    return json.at("id") == id && json.at("scoring") == kScoring;
  } catch (const nlohmann::json::exception& error) {
    throw ConfigError(printable(file.native()) +
                      " is no answer of `ablate` or `neighbours`: " + printable(error.what(), 200));
  }
}

}  // namespace

void keep_answer(const fs::path& folder, const Record& answer, const std::string& rest) {
  const auto file = answers_in(folder) / file_name(answer, rest);
  auto part = file;
  part += ".part";
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out << Value(answer).json() << "\n";
  out.close();
  if (out) fs::rename(part, file, error);
  if (!out || error) throw ConfigError("can't write " + file.string() + ": is the disk full or the folder read-only?");
}

std::set<std::string> answered_designs(const fs::path& folder) {
  std::set<std::string> out;
  for (const auto& file : files_in(folder)) out.insert(id_in(file));
  return out;
}

std::vector<Value> answers_about(const fs::path& folder, const std::string& id) {
  std::vector<Value> out;
  for (const auto& file : files_in(folder)) {
    if (id_in(file) != id) continue;
    auto text = content_of(file);
    if (is_about(file, text, id)) out.push_back(Value::of_json(std::move(text)));
  }
  return out;
}

void add_questions(CLI::App& command, std::string& folder) {
  command
      .add_option("--questions", folder, "the folder where `ablate` and `neighbours` left their answers (their --log)")
      ->capture_default_str();
}

std::string stamp_of_answers(const fs::path& folder) {
  std::error_code missing;
  const auto time = fs::last_write_time(answers_in(folder), missing);
  return missing ? "" : std::to_string(time.time_since_epoch().count());
}

}  // namespace madsearch
