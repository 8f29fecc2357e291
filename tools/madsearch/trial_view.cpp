#include "trial_view.h"

#include <cmath>

#include "numbers.h"
#include "results/statistics.h"

namespace madsearch {
namespace {

Value mean_or_unknown(const std::vector<double>& values) { return values.empty() ? Value() : Value(mean(values)); }

}  // namespace

std::string task_heading(std::string task) {
  const std::string common = "in-context-";
  if (const auto at = task.find(common); at != std::string::npos) task.erase(at, common.size());
  return task;
}

void set_difference(Record& out, const std::string& name, Comparison::Difference difference, std::int64_t common) {
  const bool bounded = std::isfinite(difference.margin);
  out.set(name, common > 0 ? Value(difference.mean) : Value());
  out.set(name + "_low", bounded ? Value(difference.mean - difference.margin) : Value());
  out.set(name + "_high", bounded ? Value(difference.mean + difference.margin) : Value());
}

Value mean_score(const TrialScores& scores, std::size_t design) { return mean_or_unknown(scores.scores(design)); }

Record task_differences(const Battery& battery, const TrialScores& scores, const std::string& name, std::size_t a,
                        std::size_t b) {
  Record out;
  for (std::size_t i = 0; i < battery.tasks.size(); ++i) {
    Record task{{"score", mean_or_unknown(scores.scores(b, i))}};
    set_difference(task, name, scores.difference(a, b, i), scores.common(a, b));
    out.set(battery.tasks[i].task, std::move(task));
  }
  return out;
}

Table task_table(const Battery& battery, const std::string& name, Column last, const std::vector<Record>& rows) {
  std::vector<Column> columns;
  for (const auto& task : battery.tasks) {
    const auto fact = [name, of = task.task](const Record& row) {
      return row.at("tasks").record().at(of).record().at(name);
    };
    columns.emplace_back(task_heading(task.task), fact, number("%+.2f"));
  }
  columns.push_back(std::move(last));
  return Table(std::move(columns), rows);
}

std::string setting_text(const Battery& battery, std::int64_t seeds) {
  return (battery.partial() ? "partial score (not all six tasks)" : std::string("MAD score")) + " on battery " +
         battery.name + ", width " + std::to_string(battery.width) + ", " + counted(seeds, "seed set");
}

}  // namespace madsearch
