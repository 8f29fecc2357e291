#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "engine/dispatch/connection.h"
#include "engine/dispatch/slot.h"
#include "engine/dispatch/slot_use.h"
#include "engine/dispatch/worker_options.h"

namespace madsearch {

/// All connections and their slots. Neither changes its place, and a slot stays where its connection has fewer now.
class Workforce {
 public:
  std::deque<Connection> connections;  // those of this machine first, and of them the first ones on different devices
  std::deque<Slot> slots;              // by number, from 1

  /// With one slot for each connection. Throws std::invalid_argument without a pool, a copy, a slot or an attempt,
  /// ConfigError for a device that can't be.
  explicit Workforce(const WorkerOptions& options);
  Workforce(const Workforce&) = delete;

  /// The connection has so many slots from now on.
  void offer(Connection& connection, std::int64_t count);

  std::int64_t present() const;  // slots that could compute something
  /// Slots that there are once all have come, as far as that is known: of a copy that never came as many as of another.
  std::int64_t expected() const;
  std::vector<Hello> hellos() const;  // of connections that have a slot
  std::vector<SlotUse> use() const;
  std::vector<PoolUse> pools(const std::vector<Pool>& all) const;
  SlotStates states() const;

 private:
  void add_connection(const Pool& pool, const std::string& device);
  void add_slot(Connection& connection);
  void count_sharers();
};

}  // namespace madsearch
