#include "task_table.h"

#include "tools/madsearch/table.h"

namespace madsearch {

std::vector<Record> task_facts(const Battery& battery, const std::vector<Compared>& designs) {
  std::vector<Record> out;
  for (const auto& use : task_uses(battery, designs))
    out.push_back({{"task", use.task},
                   {"mean", use.mean},
                   {"deviation", use.deviation},
                   {"at_ceiling", use.at_ceiling},
                   {"at_floor", use.at_floor},
                   {"reliability", use.reliability}});
  return out;
}

std::string task_text(const std::vector<Record>& tasks, const std::string& whose) {
  const Table table({{"task<", "task"},
                     {"mean", "mean", number("%.2f")},
                     {"deviation", "deviation", number("%.2f")},
                     {"at ceiling", "at_ceiling", percent()},
                     {"at floor", "at_floor", percent()},
                     {"reliability", "reliability", number("%.2f")}},
                    tasks);
  return "\ntasks " + whose + "; at ceiling, at floor: designs above 0.95, below 0.05\n" + table.text();
}

}  // namespace madsearch
