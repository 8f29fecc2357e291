#include "engine/run/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

#include "configs/errors.h"

namespace madsearch {
namespace {

/// A number that is not shown before it was measured.
class Measured {
 public:
  Measured(prometheus::Registry& registry, const char* name, const char* help)
      : family_(prometheus::BuildGauge().Name(name).Help(help).Register(registry)) {}

  void set(double value) {
    if (gauge_)
      gauge_->Set(value);
    else
      gauge_ = &family_.Add({}, value);  // never to be scraped as 0
  }
  void clear() {
    if (gauge_) family_.Remove(std::exchange(gauge_, nullptr));
  }

 private:
  prometheus::Family<prometheus::Gauge>& family_;
  prometheus::Gauge* gauge_ = nullptr;
};

const prometheus::Histogram::BucketBoundaries& seconds_bounds() {
  static const prometheus::Histogram::BucketBoundaries bounds = {0.1, 0.3, 1,     3,     10,    30,
                                                                 100, 300, 1'000, 3'000, 10'000};
  return bounds;
}

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  prometheus::Family<prometheus::Counter>& evaluations = prometheus::BuildCounter()
                                                             .Name("madsearch_evaluations_total")
                                                             .Help("Evaluations finished, by rung and outcome")
                                                             .Register(*registry);
  prometheus::Family<prometheus::Counter>& trainings = prometheus::BuildCounter()
                                                           .Name("madsearch_trainings_total")
                                                           .Help("Trainings answered, by task and outcome")
                                                           .Register(*registry);
  prometheus::Family<prometheus::Histogram>& core_seconds = prometheus::BuildHistogram()
                                                                .Name("madsearch_training_core_seconds")
                                                                .Help("Core seconds a training took")
                                                                .Register(*registry);
  prometheus::Family<prometheus::Histogram>& evaluation_seconds = prometheus::BuildHistogram()
                                                                      .Name("madsearch_evaluation_core_seconds")
                                                                      .Help("Core seconds an evaluation took")
                                                                      .Register(*registry);
  prometheus::Family<prometheus::Counter>& pretrainings = prometheus::BuildCounter()
                                                              .Name("madsearch_pretrainings_total")
                                                              .Help("Pretrainings finished, by outcome")
                                                              .Register(*registry);
  prometheus::Counter& deaths = prometheus::BuildCounter()
                                    .Name("madsearch_worker_deaths_total")
                                    .Help("Workers that died or were replaced")
                                    .Register(*registry)
                                    .Add({});
  Measured front_size{*registry, "madsearch_front_size", "Candidates on the front"};
  Measured hypervolume{*registry, "madsearch_hypervolume", "Hypervolume of the front"};
  Measured workers{*registry, "madsearch_workers", "Workers alive"};
  Measured busy{*registry, "madsearch_slots_busy_share",
                "Share of the slots' time between a request and its answer, this session"};
  prometheus::Family<prometheus::Gauge>& slots =
      prometheus::BuildGauge().Name("madsearch_slots").Help("Slots by what they do").Register(*registry);
  prometheus::Family<prometheus::Gauge>& pool_slots =
      prometheus::BuildGauge().Name("madsearch_pool_slots").Help("Slots of a pool").Register(*registry);
  prometheus::Family<prometheus::Gauge>& pool_workers = prometheus::BuildGauge()
                                                            .Name("madsearch_pool_workers")
                                                            .Help("Workers of a pool that said hello and live")
                                                            .Register(*registry);
  prometheus::Family<prometheus::Gauge>& pool_busy =
      prometheus::BuildGauge()
          .Name("madsearch_pool_busy_share")
          .Help("Share of the pool's slots' time between a request and its answer, this session")
          .Register(*registry);
  prometheus::Family<prometheus::Counter>& losses = prometheus::BuildCounter()
                                                        .Name("madsearch_worker_losses_total")
                                                        .Help("Workers that ended or were ended, by pool and host")
                                                        .Register(*registry);
  Measured free_bytes{*registry, "madsearch_folder_free_bytes", "Free bytes of the disk that holds the run's folder"};
  Measured queue{*registry, "madsearch_queue", "Requests submitted and not yet answered"};
  std::unique_ptr<prometheus::Exposer> exposer;
  int port = 0;
};

Metrics::Metrics(int port) : impl_(std::make_unique<Impl>()) {
  if (port == 0) return;
  if (port < 0 || port > 65535)
    throw ConfigError("metrics: there is no port " + std::to_string(port) + "; expected 0 (none) to 65535");
  try {
    // A client that connects and asks for nothing holds a thread for as long as a request may take.
    impl_->exposer = std::make_unique<prometheus::Exposer>(
        std::vector<std::string>{"listening_ports", "127.0.0.1:" + std::to_string(port), "num_threads", "4",
                                 "request_timeout_ms", "1000", "keep_alive_timeout_ms", "1000"});
  } catch (const std::exception&) {  // civetweb's words don't say why
    throw ConfigError("metrics: port " + std::to_string(port) +
                      " can't be listened at; is it taken by another program?");
  }
  impl_->exposer->RegisterCollectable(impl_->registry);
  impl_->port = port;
}

Metrics::~Metrics() = default;

int Metrics::port() const { return impl_->port; }

void Metrics::evaluation(const EvaluationRecord& record) {
  const auto rung = to_text(record.rung);
  impl_->evaluations.Add({{"rung", rung}, {"outcome", to_text(record.outcome)}}).Increment();
  impl_->evaluation_seconds.Add({{"rung", rung}}, seconds_bounds()).Observe(record.core_seconds);
}

void Metrics::trainings(const std::string& task, Outcome outcome, std::int64_t count) {
  impl_->trainings.Add({{"task", task}, {"outcome", to_text(outcome)}}).Increment(static_cast<double>(count));
}

void Metrics::training(const TrainingRecord& record) {
  trainings(record.task, record.outcome, 1);
  impl_->core_seconds.Add({{"task", record.task}}, seconds_bounds()).Observe(record.core_seconds);
}

void Metrics::pretraining(Outcome outcome) { impl_->pretrainings.Add({{"outcome", to_text(outcome)}}).Increment(); }

void Metrics::front(std::size_t size, double hypervolume) {
  impl_->front_size.set(static_cast<double>(size));
  if (size > 0)
    impl_->hypervolume.set(hypervolume);
  else
    impl_->hypervolume.clear();
}

void Metrics::workers(std::int64_t alive, std::int64_t queue, double busy_share) {
  impl_->busy.set(busy_share);
  impl_->workers.set(static_cast<double>(alive));
  impl_->queue.set(static_cast<double>(queue));
}

void Metrics::slots(const SlotStates& states) {
  const auto set = [&](const char* state, std::int64_t count) {
    impl_->slots.Add({{"state", state}}).Set(static_cast<double>(count));
  };
  set("busy", states.busy);
  set("idle", states.idle);
  set("starting", states.starting);
  set("down", states.down);
}

void Metrics::pools(const std::vector<PoolUse>& pools) {
  for (const auto& pool : pools) {
    impl_->pool_slots.Add({{"pool", pool.name}}).Set(static_cast<double>(pool.slots));
    impl_->pool_workers.Add({{"pool", pool.name}}).Set(static_cast<double>(pool.workers));
    impl_->pool_busy.Add({{"pool", pool.name}}).Set(pool.busy_share);
    for (const auto& [host, count] : pool.losses) {
      auto& known = impl_->losses.Add({{"pool", pool.name}, {"host", host}});
      known.Increment(static_cast<double>(count) - known.Value());
    }
  }
}

void Metrics::folder(double free_bytes) { impl_->free_bytes.set(free_bytes); }

void Metrics::worker_died() { impl_->deaths.Increment(); }

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(impl_->registry->Collect()); }

}  // namespace madsearch
