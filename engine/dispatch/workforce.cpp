#include "engine/dispatch/workforce.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>

#include "engine/dispatch/devices.h"

namespace madsearch {
namespace {

void at_least_one(const char* name, std::int64_t value) {
  if (value < 1) throw std::invalid_argument(name + (" is " + std::to_string(value)) + ", at least 1 is needed");
}

void check(const WorkerOptions& options) {
  at_least_one("attempts", options.attempts);
  at_least_one("pools", static_cast<std::int64_t>(options.pools.size()));
  for (const auto& pool : options.pools) {
    at_least_one(pool.elsewhere() ? "copies" : "slots", pool.elsewhere() ? pool.copies : pool.slots);
    for (const auto& device : pool.devices) worker_environment(device);  // throws for what can't be
  }
}

}  // namespace

Workforce::Workforce(const WorkerOptions& options) {
  check(options);
  for (const auto& pool : options.pools)
    for (std::int64_t i = 0; !pool.elsewhere() && i < pool.slots; ++i)
      for (const auto& device : pool.devices) add_connection(pool, device);
  for (const auto& pool : options.pools)
    for (std::int64_t i = 0; pool.elsewhere() && i < pool.copies; ++i) add_connection(pool, pool.name);
  count_sharers();
}

void Workforce::count_sharers() {
  std::map<std::string, std::int64_t> workers;  // by GPU
  for (const auto& connection : connections)
    if (connection.on_own_gpu()) ++workers[connection.device];
  for (auto& connection : connections)
    if (connection.on_own_gpu()) connection.sharers = workers[connection.device];
}

void Workforce::add_connection(const Pool& pool, const std::string& device) {
  auto& connection = connections.emplace_back();
  connection.pool = pool;
  connection.device = device;
  connection.number = slots.size() + 1;
  add_slot(connection);
}

void Workforce::add_slot(Connection& connection) {
  connection.slots.push_back(&slots.emplace_back(slots.size() + 1, connection));
}

void Workforce::offer(Connection& connection, std::int64_t count) {
  connection.offered = count;
  while (static_cast<std::int64_t>(connection.slots.size()) < count) add_slot(connection);
}

std::int64_t Workforce::present() const {
  std::int64_t out = 0;
  for (const auto& connection : connections) out += connection.offered;
  return out;
}

std::int64_t Workforce::expected() const {
  std::map<std::string, std::size_t> most;  // slots of a connection, by pool
  for (const auto& connection : connections) {
    auto& known = most[connection.pool.name];
    known = std::max(known, connection.slots.size());
  }
  std::size_t out = 0;
  for (const auto& connection : connections)
    out += connection.slots.size() > 1 ? connection.slots.size() : most[connection.pool.name];
  return static_cast<std::int64_t>(out);
}

std::vector<Hello> Workforce::hellos() const {
  std::vector<Hello> out;
  for (const auto& connection : connections)
    if (connection.offered > 0) out.push_back(*connection.hello);
  return out;
}

std::vector<SlotUse> Workforce::use() const {
  const auto now = SlotClock::now();
  std::vector<SlotUse> out;
  for (const auto& slot : slots) out.push_back(slot.use(now));
  return out;
}

std::vector<PoolUse> Workforce::pools(const std::vector<Pool>& all) const {
  const auto each = use();
  std::vector<PoolUse> out;
  for (const auto& pool : all) {
    std::vector<SlotUse> own;
    std::copy_if(each.begin(), each.end(), std::back_inserter(own),
                 [&](const auto& use) { return use.pool == pool.name; });
    auto& sum = out.emplace_back(pool_use(pool.name, own));
    for (const auto& connection : connections) {
      if (connection.pool.name != pool.name) continue;
      sum.workers += connection.offered;
      sum.starting += connection.starting() ? 1 : 0;
    }
  }
  return out;
}

SlotStates Workforce::states() const {
  SlotStates out;
  for (const auto& connection : connections) {
    const auto size = static_cast<std::int64_t>(connection.slots.size());
    const std::int64_t starting = connection.starting() ? 1 : 0;
    out.busy += connection.busy;
    out.idle += connection.idle();
    out.starting += starting;
    out.down += size - connection.busy - connection.idle() - starting;
  }
  return out;
}

}  // namespace madsearch
