#include "engine/export/pytorch.h"

#include <vector>

#include "engine/export/definitions.h"
#include "engine/export/python_sources.h"

namespace madsearch {
namespace {

/// Modules of engine/export/python that become modeling.py, in this order.
constexpr const char* kModules[] = {
    "layers.py",           "attention.py", "channel.py",     "convolution.py", "delta_rule.py",
    "linear_attention.py", "recurrent.py", "state_space.py", "test_time.py",   "model.py"};

/// What the sources import, and the word by which they use it. Empty lines part the groups.
struct Import {
  const char *word, *line;
};
constexpr Import kImports[] = {{"importlib", "import importlib"},
                               {"json", "import json"},
                               {"math", "import math"},
                               {"os", "import os"},
                               {"Fraction", "from fractions import Fraction"},
                               {"Path", "from pathlib import Path"},
                               {"SimpleNamespace", "from types import SimpleNamespace"},
                               {"", ""},
                               {"torch", "import torch"},
                               {"nn", "from torch import nn"},
                               {"F", "from torch.nn import functional as F"},
                               {"", ""},
                               {"ops", "import recurrences as ops"}};

std::string imports_for(const std::string& body) {
  const auto used = names(body);
  std::string out;
  for (const auto& [word, line] : kImports)
    if (std::string(word).empty() ? !out.ends_with("\n\n") : used.contains(word)) out += std::string(line) + "\n";
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string module_of(const std::string& about, const std::vector<Definition>& parts, const std::string& end) {
  std::string body;
  for (const auto& part : parts) body += "\n\n" + part.text + "\n";
  body += end;
  return "\"\"\"" + about + "\"\"\"\n\n" + imports_for(body) + body;
}

std::vector<Definition> all_of_the_model() {
  std::vector<Definition> out;
  for (const char* module : kModules)
    for (auto& definition : definitions(python_sources().at(module))) out.push_back(std::move(definition));
  return out;
}

/// MIXERS = {"swiglu": Swiglu, ...}
std::string table_of(const std::set<std::string>& primitives) {
  std::string out = "\n\nMIXERS = {\n";
  for (const auto& name : primitives) out += "    \"" + name + "\": " + class_name(name) + ",\n";
  return out + "}\n";
}

std::string modeling(const ExportedModel& model) {
  std::set<std::string> primitives;
  std::set<std::string> wanted = {"ModelForCausalLM"};
  for (const auto* block : blocks(model.genome)) {
    primitives.insert(block->primitive);
    wanted.insert(class_name(block->primitive));
  }
  return module_of("The model of config.json, by madsearch: " + text(model.genome),
                   needed(all_of_the_model(), std::move(wanted)), table_of(primitives));
}

/// The entries of the table FLA that name functions which are here.
std::string with_present_entries(const std::string& table, const std::vector<Definition>& parts) {
  std::set<std::string> present;
  for (const auto& part : parts) present.insert(part.name);
  std::string out;
  for (std::size_t at = 0; at < table.size();) {
    const auto end = std::min(table.find('\n', at), table.size());
    const auto line = table.substr(at, end - at);
    const auto quoted = line.starts_with("    \"") ? line.substr(5, line.find('"', 5) - 5) : "";
    if (quoted.empty() || present.contains(quoted)) out += line + "\n";
    at = end + 1;
  }
  out.pop_back();
  return out;
}

/// The functions that `modeling` calls as ops.NAME.
std::set<std::string> called(const std::string& modeling) {
  constexpr std::string_view kUse = "ops.";
  std::set<std::string> out;
  for (auto at = modeling.find(kUse); at != std::string::npos; at = modeling.find(kUse, at + 1)) {
    const auto begin = at + kUse.size();
    out.insert(modeling.substr(begin, modeling.find('(', begin) - begin));
  }
  return out;
}

/// "" if `modeling` uses none.
std::string recurrences(const std::string& modeling) {
  const auto all = definitions(python_sources().at("recurrences.py"));
  const auto& fla = all.at(0);
  const auto& use_fla = all.at(1);
  auto parts = needed(all, called(modeling));
  if (parts.empty()) return "";
  const auto table = with_present_entries(fla.text, parts);
  std::string end;
  if (table.find("fla.ops") != std::string::npos) {
    parts.insert(parts.begin(), {{fla.name, table}, use_fla});
    end = "\n\nif os.environ.get(\"USE_FLA\") == \"1\":\n    use_fla()\n";
  }
  return module_of("The recurrences of modeling.py, as plain operations.", parts, end);
}

}  // namespace

std::map<std::string, std::string> pytorch_files(const ExportedModel& model) {
  std::map<std::string, std::string> out;
  out["modeling.py"] = modeling(model);
  if (auto text = recurrences(out["modeling.py"]); !text.empty()) out["recurrences.py"] = std::move(text);
  out["config.json"] = config_json(model);
  out["train.py"] = python_sources().at("train.py");
  return out;
}

}  // namespace madsearch
