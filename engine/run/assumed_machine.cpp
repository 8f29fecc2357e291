#include "engine/run/assumed_machine.h"

#include <algorithm>
#include <cmath>

#include "configs/folder.h"
#include "configs/reader.h"
#include "configs/text.h"

namespace madsearch {
AssumedMachine assumed_machine(const std::string& name_or_file, const std::filesystem::path& configs) {
  const auto file = named_file("machine", "machines", name_or_file, configs);
  auto in = Reader::file(file);
  AssumedMachine out;
  out.file = file.string();
  out.name = in.required("name");
  out.width = in.integer("width", 128, 1, 65'536);
  const auto blocks = static_cast<double>(in.integer("blocks", 4, 1, 1024));
  for (auto& step : in.children("steps")) {
    const auto length = step.integer("length", 128, 1, 1 << 24);
    const auto batch = step.integer("batch", 128, 1, 1 << 20);
    const auto replicas = step.integer("replicas", 1, 1, 1024);
    const auto milliseconds = step.real("milliseconds", 0, 1e-6, 1e9);
    step.finish();
    out.steps.push_back({static_cast<double>(length * batch * replicas), milliseconds * 1e-3 / blocks});
  }
  if (out.steps.empty()) throw in.error("steps", "a machine needs a step that was measured", false);
  std::sort(out.steps.begin(), out.steps.end(), [](const auto& a, const auto& b) { return a.tokens < b.tokens; });
  out.bytes_of_token = in.real("memory_mib", 0, 0, 1e9) * (1 << 20) / blocks / out.steps.back().tokens;
  out.memory_ratio = in.real("memory_ratio", 1, 1, 100);
  out.memory_mib = in.real("has_memory_mib", 0, 0, 1e9);
  out.median_ratio = in.real("median_ratio", 1, 0.01, 100);
  in.finish();
  return out;
}

double step_seconds(const AssumedMachine& machine, double tokens) {
  const auto& steps = machine.steps;
  if (tokens <= steps.front().tokens) return steps.front().seconds;
  if (tokens >= steps.back().tokens) return steps.back().seconds * tokens / steps.back().tokens;
  const auto above = std::find_if(steps.begin(), steps.end(), [&](const auto& step) { return step.tokens >= tokens; });
  const auto& below = *(above - 1);
  const auto share = std::log(tokens / below.tokens) / std::log(above->tokens / below.tokens);
  return below.seconds * std::pow(above->seconds / below.seconds, share);
}

}  // namespace madsearch
