#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "results/records.h"

namespace madsearch {

/// What Prometheus may scrape at http://127.0.0.1:PORT/metrics while a search runs. What was not measured yet, as the
/// hypervolume before a design is on the front, is not there at all; totals begin with the first that is counted.
///
///   madsearch_evaluations_total{rung, outcome}    of the whole run
///   madsearch_trainings_total{task, outcome}      of the whole run
///   madsearch_training_core_seconds{task}         a histogram, of this session
///   madsearch_front_size
///   madsearch_hypervolume                         0..1, share of the box
///   madsearch_workers                             alive
///   madsearch_queue                               requests submitted and not yet answered
///   madsearch_worker_deaths_total
///   madsearch_slots_busy_share                    0..1, of this session's time
class Metrics {
 public:
  /// Port 0: counts without showing it to anybody. Throws ConfigError if the port is taken or no port number.
  explicit Metrics(int port);
  ~Metrics();
  int port() const;  // that it listens at; 0 for none

  void evaluation(Rung rung, Outcome outcome);
  void training(const TrainingRecord& record);
  void trainings(const std::string& task, Outcome outcome, std::int64_t count);  // of earlier sessions
  void front(std::size_t size, double hypervolume);
  void workers(std::int64_t alive, std::int64_t queue, double busy_share);
  void worker_died();
  std::string text() const;  // as it would be scraped

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace madsearch
