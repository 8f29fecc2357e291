#include "plans_view.h"

#include <algorithm>

#include "configs/text.h"
#include "engine/dispatch/memory_share.h"
#include "table.h"

namespace madsearch {
namespace {

Record facts(const PretrainReply& plan) {
  const auto& record = plan.record;
  return {{"parameters", record.parameters},
          {"width", record.width},
          {"tokens", record.tokens},
          {"epochs", record.epochs},
          {"memory", plan.memory_bytes},
          {"design", printable(record.role, 60)},
          {"note", printable(record.message, 200)}};
}

}  // namespace

std::string plans_text(const std::vector<PretrainReply>& plans) {
  if (plans.empty()) return "";
  std::vector<Column> columns = {{"parameters", "parameters", in_groups()},
                                 {"width", "width"},
                                 {"tokens", "tokens", in_groups()},
                                 {"epochs", "epochs", number("%.2f")},
                                 {"memory", "memory", [](const Value& bytes) { return shown_bytes(bytes.count()); }},
                                 {"design<", "design"}};
  const bool any_note =
      std::any_of(plans.begin(), plans.end(), [](const PretrainReply& plan) { return !plan.record.message.empty(); });
  if (any_note) columns.push_back({"note<", "note"});
  Table table(columns);
  for (const auto& plan : plans) table.add(facts(plan));
  auto out = "pretraining:\n" + table.text();
  out.pop_back();
  return out;
}

}  // namespace madsearch
