#include "engine/study/study.h"

#include <algorithm>
#include <optional>
#include <set>

#include "configs/reader.h"
#include "engine/dispatch/battery_trainings.h"
#include "search/architecture/parser.h"
#include "search/architecture/sizes.h"
#include "search/architecture/validity.h"

namespace madsearch {
namespace {

/// What whoever changed the meaning of a stored text has to do.
std::string changed_hash(const std::string& stored, const std::string& now) {
  return "this text now has the hash " + now + ", not " + stored +
         "\n  The trainings of this design are stored under the old hash, so its tables would no longer be its own."
         "\n  If the text stands as it did, a primitive or the way texts are written has changed: a knob that a stored"
         "\n  text lacks must take the value that it had before and stay unwritten there, so that old hashes keep."
         "\n  If the text was edited, write the new hash here and train this design anew (`madsearch bench battery`).";
}

StudyDesign read_study_design(Reader in) {
  StudyDesign out;
  out.name = in.required("origin");
  out.family = in.required("family");
  in.required("half");
  out.judged = in.word("half", "", {"choosing", "judged"}) == "judged";
  const auto stored = in.required("hash");
  const auto text = in.required("text");
  try {
    out.genome = canonical(parse_expanded(text, "text"));
  } catch (const ConfigError& error) {
    throw in.error("text", std::string("this text is not valid\n") + error.what());
  }
  if (const auto now = hash(out.genome); now != stored) throw in.error("hash", changed_hash(stored, now));
  in.finish();
  return out;
}

}  // namespace

Study read_study(const std::filesystem::path& file) {
  auto in = Reader::file(file);
  Study out;
  std::set<std::string> known;
  for (auto& entry : in.children("designs")) {
    out.designs.push_back(read_study_design(entry));
    if (!known.insert(hash(out.designs.back().genome)).second) throw entry.error("text", "this design is listed twice");
  }
  if (out.designs.empty()) throw in.error("designs", "a study needs the key \"designs\": a list of designs");
  in.finish();
  return out;
}

std::vector<std::vector<TrainRequest>> study_requests(const Battery& battery, const StudyDesign& design,
                                                      std::int64_t seed_set) {
  const auto shape = shape_of(battery);
  const auto sized = solve_sizes(design.genome, shape).genome;
  if (const auto sentence = invalid(sized, shape); !sentence.empty())
    throw ConfigError("battery " + battery.name + " at width " + std::to_string(battery.width) + " does not take \"" +
                      text(design.genome) + "\": " + sentence);
  const auto seed = Seed{}.derive("study").derive(static_cast<std::uint64_t>(seed_set));
  std::vector<std::vector<TrainRequest>> out;
  for (const auto& task : battery.tasks) {
    auto& row = out.emplace_back();
    for (const auto& setting : task.settings) {
      auto& request = row.emplace_back(train_request(battery, setting, expanded_text(sized), seed));
      request.id = study_key(request);
    }
  }
  return out;
}

namespace {

/// Accuracies and core seconds of all trainings of a seed set, [task][setting].
struct SeedSet {
  std::vector<std::vector<double>> accuracies;
  std::vector<std::vector<double>> core_seconds;
};

/// Nothing if a training is missing or failed.
std::optional<SeedSet> find_seed_set(const Battery& battery, const StudyDesign& design, std::int64_t seed_set,
                                     const StudyLog& log) {
  SeedSet out;
  for (const auto& row : study_requests(battery, design, seed_set)) {
    auto& accuracies = out.accuracies.emplace_back();
    auto& core_seconds = out.core_seconds.emplace_back();
    for (const auto& request : row) {
      const auto* reply = log.find(request.id);
      if (!reply || reply->record.outcome != Outcome::kOk) return std::nullopt;
      const auto accuracy = scored_accuracy(battery, reply->record);
      if (!accuracy) return std::nullopt;
      accuracies.push_back(*accuracy);
      core_seconds.push_back(reply->record.core_seconds);
    }
  }
  return out;
}

}  // namespace

StudyScore study_score(const Battery& battery, const StudyDesign& design, std::int64_t seeds, const StudyLog& log,
                       std::int64_t first) {
  StudyScore out;
  out.tasks.resize(battery.tasks.size());
  for (const auto& task : battery.tasks) out.settings.emplace_back(task.settings.size());
  for (std::int64_t s = first; s < first + seeds; ++s) {
    const auto found = find_seed_set(battery, design, s, log);
    if (!found) continue;
    const auto score = battery_score(battery, found->accuracies);
    out.scores.push_back(score.score);
    out.core_seconds.push_back(0);
    for (std::size_t i = 0; i < score.tasks.size(); ++i) {
      out.tasks[i].push_back(score.tasks[i].score);
      for (std::size_t j = 0; j < found->core_seconds[i].size(); ++j) {
        out.settings[i][j].scores.push_back(score.tasks[i].settings[j]);
        out.settings[i][j].core_seconds.push_back(found->core_seconds[i][j]);
        out.core_seconds.back() += found->core_seconds[i][j];
      }
    }
  }
  return out;
}

RateWindows rate_windows(const Battery& battery, const std::vector<const StudyDesign*>& designs, std::int64_t seeds,
                         const StudyLog& log, std::int64_t first) {
  RateWindows out;
  for (const auto* design : designs)
    for (std::int64_t s = first; s < first + seeds; ++s)
      for (const auto& row : study_requests(battery, *design, s))
        for (const auto& request : row) {
          const auto* reply = log.find(request.id);
          if (!reply || reply->record.outcome != Outcome::kOk) continue;
          ++out.trainings;
          out.beyond += reply->record.trainings > static_cast<std::int64_t>(request.grid.size());
          out.better += std::none_of(request.grid.begin(), request.grid.end(), [&](const auto& point) {
            return point.learning_rate == reply->record.learning_rate;
          });
        }
  return out;
}

}  // namespace madsearch
