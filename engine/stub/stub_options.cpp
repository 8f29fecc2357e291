#include "engine/stub/stub_options.h"

#include <cstdlib>
#include <sstream>
#include <vector>

#include "configs/errors.h"
#include "configs/text.h"

namespace madsearch {
namespace {

struct NumberOption {
  const char* name;
  int StubOptions::*value;
};

constexpr NumberOption kNumbers[] = {
    {"milliseconds", &StubOptions::milliseconds},
    {"looks", &StubOptions::looks},
    {"start", &StubOptions::start},
    {"slot", &StubOptions::slot},
    {"mute", &StubOptions::mute},
    {"fail", &StubOptions::fail},
    {"memory", &StubOptions::memory},
    {"room", &StubOptions::room},
    {"error", &StubOptions::error},
    {"crash", &StubOptions::crash},
    {"stop", &StubOptions::stop},
    {"hang", &StubOptions::hang},
    {"garbage", &StubOptions::garbage},
    {"escape", &StubOptions::escape},
    {"nan", &StubOptions::nan},
    {"huge", &StubOptions::huge},
    {"duplicate", &StubOptions::duplicate},
    {"flood", &StubOptions::flood},
    {"slots", &StubOptions::slots},
    {"changes", &StubOptions::changes},
    {"lost", &StubOptions::lost},
    {"late", &StubOptions::late},
    {"stale", &StubOptions::stale},
    {"refuse", &StubOptions::refuse},
    {"unread", &StubOptions::unread},
};

struct TextOption {
  const char* name;
  std::string StubOptions::*value;
};

constexpr TextOption kTexts[] = {
    {"poison", &StubOptions::poison},
    {"stuck", &StubOptions::stuck},
};

int number_of(const std::string& name, const std::string& value, const std::string& entry) {
  if (value.empty() || value.size() > 8 || value.find_first_not_of("0123456789") != std::string::npos)
    throw ConfigError("MADSEARCH_STUB: \"" + entry + "\" is not " + name + "=NUMBER");
  return std::stoi(value);
}

void set_option(StubOptions& options, const std::string& entry) {
  const auto split = entry.find('=');
  const auto name = entry.substr(0, split);
  const auto value = split == std::string::npos ? "" : entry.substr(split + 1);
  std::vector<std::string> names;
  for (const auto& option : kNumbers) {
    if (name == option.name) {
      options.*option.value = number_of(name, value, entry);
      return;
    }
    names.push_back(option.name);
  }
  for (const auto& option : kTexts) {
    if (name == option.name && !value.empty()) {
      options.*option.value = value;
      return;
    }
    names.push_back(option.name);
  }
  throw ConfigError("MADSEARCH_STUB: unknown option \"" + name + "\"" + did_you_mean(name, names));
}

/// The slot that the coordinator says it serves; 0 where none does.
int own_slot() {
  const char* slot = std::getenv("MADSEARCH_SLOT");
  return slot == nullptr ? 0 : std::atoi(slot);
}

}  // namespace

StubOptions stub_options(const std::string& text) {
  StubOptions out;
  std::istringstream in(text);
  for (std::string entry; std::getline(in, entry, ',');) set_option(out, entry);
  if (out.slot == 0 || out.slot == own_slot()) return out;
  StubOptions sound;
  sound.milliseconds = out.milliseconds;
  return sound;
}

}  // namespace madsearch
