#include "engine/run/slot_news.h"

#include "configs/text.h"

namespace madsearch {
namespace {

constexpr double kSeldom = 30;  // seconds

std::string share(std::int64_t part, std::int64_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

std::int64_t workers_of(const std::vector<PoolUse>& pools) {
  std::int64_t out = 0;
  for (const auto& pool : pools) out += pool.workers;
  return out;
}

}  // namespace

std::string SlotNews::news(const std::vector<PoolUse>& pools, double now) {
  const auto workers = workers_of(pools);
  if (!when_) when_ = now;
  const bool first_or_last = (workers == 0) != (told_.value_or(0) == 0);
  if (told_ == workers || (!first_or_last && now - *when_ < kSeldom)) return "";
  told_ = workers;
  when_ = now;
  return slots_text(pools);
}

std::string slots_text(const std::vector<PoolUse>& pools) {
  std::int64_t slots = 0;
  std::vector<std::string> parts;
  for (const auto& pool : pools) {
    slots += pool.slots;
    auto& part = parts.emplace_back(pool.name + " " + share(pool.workers, pool.slots));
    if (pool.starting > 0) part += " (" + std::to_string(pool.starting) + " start or wait in a queue)";
  }
  return share(workers_of(pools), slots) + " slots have a worker: " + joined(parts);
}

std::string to_text(const PoolUse& pool) {
  auto out = pool.name + ": " + std::to_string(pool.slots) + " slots, busy " + shown("%.1f", 100 * pool.busy_share) +
             " % of the time, " + std::to_string(pool.requests) + " requests";
  std::vector<std::string> losses;
  for (const auto& [host, count] : pool.losses) losses.push_back(std::to_string(count) + " on " + host);
  return losses.empty() ? out : out + "; workers lost: " + joined(losses);
}

}  // namespace madsearch
