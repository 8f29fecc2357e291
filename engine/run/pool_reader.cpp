#include "engine/run/pool_reader.h"

#include <algorithm>
#include <numeric>

#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/devices.h"

namespace madsearch {
namespace {

constexpr double kWeek = 604'800;  // seconds
constexpr std::int64_t kMostOnADevice = 1024;
constexpr std::int64_t kMostCopies = 4096;

struct Limits {
  double start_seconds = 0;
  double silence_seconds = 0;
};

std::vector<std::string> devices_in(Reader& in) {
  try {
    return resolve_devices(in.strings("devices", {"auto"}));
  } catch (const ConfigError& error) {
    throw in.error("devices", error.what());
  }
}

Pool local_pool(Reader& in) {
  Pool out;
  if (in.has("copies"))
    throw in.error("copies",
                   "`copies` are of a command that computes elsewhere; on `devices` of this machine say `slots`");
  out.command = in.string("command", out.command);
  out.devices = devices_in(in);
  out.slots = in.integer("slots", 0, 0, kMostOnADevice);
  return out;
}

Pool pool_elsewhere(Reader& in) {
  Pool out;
  out.command = in.required("command");
  if (in.has("slots"))
    throw in.error(
        "slots",
        "`slots` are of `devices` of this machine; elsewhere the command has them (`madsearch-node --slots`), "
        "and is started `copies` times");
  const auto launcher = launcher_in(out.command);
  out.name = launcher.empty() ? "elsewhere" : launcher;
  out.devices.clear();
  out.copies = in.integer("copies", 1, 1, kMostCopies);
  out.start_seconds = kNever;  // who waits in a queue is not late
  return out;
}

Pool pool_in(Reader& in, const Limits& limits) {
  auto out = in.has("devices") ? local_pool(in) : pool_elsewhere(in);
  out.name = in.string("name", out.name);
  if (out.name.empty() || out.name.size() > 40 || printable(out.name) != out.name)
    throw in.error("name", "a pool's name has 1 to 40 letters, not " + in_quotes(out.name));
  const double start = limits.start_seconds > 0 ? limits.start_seconds : out.start_seconds;
  out.start_seconds = seconds_or_never(in, "start_seconds", start);
  out.silence_seconds = seconds_or_never(in, "silence_seconds", limits.silence_seconds);
  in.finish();
  return out;
}

std::vector<Pool> pools_in(Reader& in, const Limits& limits) {
  std::vector<Pool> out;
  for (auto& each : in.children("pools")) {
    auto pool = pool_in(each, limits);
    for (const auto& other : out)
      if (other.name == pool.name)
        throw each.error(each.has("name")      ? "name"
                         : each.has("command") ? "command"
                                               : "devices",
                         "two pools are called " + in_quotes(pool.name) + "; give one of them another `name`");
    out.push_back(std::move(pool));
  }
  if (out.empty()) throw in.error("pools", "a search needs a pool at least");
  return out;
}

/// The keys of before that are there.
std::vector<std::string> former_keys(const Reader& in) {
  std::vector<std::string> out;
  for (const char* key : {"worker", "devices", "slots_per_device"})
    if (in.has(key)) out.push_back(key);
  return out;
}

/// The one pool of before.
Pool former_pool(Reader& in, const Limits& limits) {
  const auto devices = devices_in(in);
  auto slots = in.integer("slots_per_device", 0, 0, kMostOnADevice);
  const auto command = in.string("worker", Pool{}.command);
  if (slots == 0 && !launcher_in(command).empty()) slots = default_slots(devices);
  auto out = pool_of(command, devices, slots);
  if (limits.start_seconds > 0) out.start_seconds = limits.start_seconds;
  out.silence_seconds = limits.silence_seconds;
  return out;
}

std::int64_t size_of(const std::vector<Pool>& pools) {
  return std::accumulate(pools.begin(), pools.end(), std::int64_t{0},
                         [](std::int64_t sum, const Pool& pool) { return sum + pool.size(); });
}

}  // namespace

double seconds_or_never(Reader& in, const std::string& key, double otherwise) {
  if (!in.has(key)) return otherwise;
  const auto text = in.string(key, "");
  if (text == "never") return kNever;
  const auto out = number_of(text);
  if (!out || *out < 1 || *out > kWeek)
    throw in.error(key, key + " must be a number of seconds from 1 to " + shown("%.0f", kWeek) + ", or never, not " +
                            in_quotes(text));
  return *out;
}

std::vector<Pool> read_pools(Reader& in, std::vector<std::string>& notes) {
  const Limits limits{.start_seconds = seconds_or_never(in, "start_seconds", 0),
                      .silence_seconds = seconds_or_never(in, "silence_seconds", Pool{}.silence_seconds)};
  const auto former = former_keys(in);
  if (in.has("pools")) {
    if (!former.empty()) throw in.error(former.front(), "`pools` says who computes; it takes the place of this", false);
    return pools_in(in, limits);
  }
  if (!former.empty())
    notes.push_back("who computes is said by `pools` now; " + joined(former) + (former.size() == 1 ? " is" : " are") +
                    " still read (docs/configuration.md)");
  return {former_pool(in, limits)};
}

void fit_slots(Reader& in, std::vector<Pool>& pools, const MostSlots& most) {
  const auto limit = most.lag * most.trainings;
  for (auto& pool : pools) {
    if (pool.elsewhere() || pool.slots > 0) continue;
    const auto room = (limit - size_of(pools)) / static_cast<std::int64_t>(pool.devices.size());
    pool.slots = std::max<std::int64_t>(1, std::min(default_slots(pool.devices), room));
  }
  const auto slots = size_of(pools);
  if (slots <= limit) return;
  const auto enough = (slots + most.trainings - 1) / most.trainings;
  throw in.error("search",
                 "lag " + std::to_string(most.lag) + " keeps " + std::to_string(limit) + " slots busy, by " +
                     std::to_string(most.trainings) + " trainings of each evaluation, and the pools have " +
                     std::to_string(slots) + ": search needs \"lag: " + std::to_string(enough) +
                     "\" or more, or the pools " + std::to_string(limit) + " slots at most",
                 false);
}

}  // namespace madsearch
