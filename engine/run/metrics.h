#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/dispatch/slot_use.h"
#include "results/records.h"

namespace madsearch {

/// What Prometheus may scrape at http://127.0.0.1:PORT/metrics while a search runs; docs/metrics.md lists all of it.
/// What was not measured yet, as the hypervolume before a design is on the front, is not there at all; totals begin
/// with the first that is counted.
class Metrics {
 public:
  /// Port 0: counts without showing it to anybody. Throws ConfigError if the port is taken or no port number.
  explicit Metrics(int port);
  ~Metrics();
  int port() const;  // that it listens at; 0 for none

  void evaluation(const EvaluationRecord& record);
  void training(const TrainingRecord& record);
  void trainings(const std::string& task, Outcome outcome, std::int64_t count);  // of earlier sessions
  void pretraining(Outcome outcome);
  void front(std::size_t size, double hypervolume);
  void workers(std::int64_t alive, std::int64_t queue, double busy_share);
  void slots(const SlotStates& states);
  void pools(const std::vector<PoolUse>& pools);
  void folder(double free_bytes);
  void worker_died();
  std::string text() const;  // as it would be scraped

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
