#include "search/architecture/windows.h"

#include "primitives/shared_knobs.h"

namespace madsearch {
namespace {

constexpr std::int64_t kQuarter = 4;  // of a sequence a window covers one in so many tokens at most

bool has_sinks(const Settings& set) { return set.has("sinks") && set.count("sinks") > 0; }

std::string window_text(const Settings& set) {
  return "window=" + set.at("window").text() + (has_sinks(set) ? " and sinks=" + set.at("sinks").text() : "");
}

}  // namespace

std::string too_wide(const Settings& set, std::int64_t max_window) {
  if (max_window == 0 || !has_window(set)) return "";
  const auto length = kQuarter * max_window;
  if (tokens_read(set, length) <= max_window) return "";
  const auto most =
      set.at("window").is_count() ? std::to_string(max_window) : "a quarter of " + std::to_string(length) + " tokens";
  return window_text(set) + (has_sinks(set) ? " are" : " is") + " above " + most;
}

std::string covering_window(const Genome& genome, std::int64_t length) {
  for (const auto* block : blocks(genome))
    if (has_window(block->settings) && tokens_read(block->settings, length) >= length)
      return window_text(block->settings);
  return "";
}

Genome counted_windows(Genome genome, std::int64_t length) {
  for (auto* block : blocks(genome))
    if (has_window(block->settings)) block->settings.set("window", window_at(block->settings, length));
  return genome;
}

}  // namespace madsearch
