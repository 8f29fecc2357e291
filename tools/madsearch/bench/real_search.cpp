#include "real_search.h"

#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "configs/text.h"
#include "engine/dispatch/host.h"
#include "engine/run/config_reader.h"
#include "engine/run/run.h"
#include "engine/run/terminal.h"
#include "results/run_meta.h"
#include "tools/madsearch/command.h"
#include "tools/madsearch/table.h"

namespace madsearch {
namespace {

/// A folder that is gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "madsearch-bench-XXXXXX";
    if (!mkdtemp(name.data()))
      throw std::runtime_error("no folder can be made in " + std::filesystem::temp_directory_path().string());
    path = name;
  }
  ~TemporaryFolder() {
    std::error_code left;
    std::filesystem::remove_all(path, left);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

double cpu_seconds() {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(own.ru_utime) + seconds(own.ru_stime);
}

struct Measured {
  // evaluations
  std::int64_t finished = 0;
  std::int64_t failed = 0;

  std::size_t distinct = 0;  // candidates
  double wall_seconds = 0;
  double cpu_seconds = 0;  // of this process: the search and its store
  Memory memory;           // of the same
  std::vector<SlotUse> slots;
  std::string signature;

  double per_hour() const { return 3600 * static_cast<double>(finished) / wall_seconds; }
  double own_share() const { return cpu_seconds / (wall_seconds * static_cast<double>(slots.size())); }
  std::int64_t trainings() const {
    std::int64_t out = 0;
    for (const auto& slot : slots) out += slot.requests;
    return out;
  }
  double milliseconds_each() const {
    return 1e3 * cpu_seconds / static_cast<double>(std::max<std::int64_t>(1, trainings()));
  }
  double peak_mib() const {
    double out = 0;
    for (const auto& slot : slots) out = std::max(out, slot.peak_mib);
    return out;
  }
};

void count_evaluations(const Store& store, Measured& measured) {
  for (const auto& evaluation : store.evaluations()) {
    if (!evaluation.finished) continue;
    ++measured.finished;
    if (evaluation.outcome != Outcome::kOk) ++measured.failed;
  }
  measured.distinct = store.candidates().size();
  measured.signature = read_meta(store).signature;
}

Measured measure(const std::filesystem::path& file, std::int64_t evaluations) {
  auto config = read_run(file, configs_folder());
  config.search.evaluations = evaluations;
  config.search.confirm_seeds = 0;
  config.pretrain.members = 0;
  config.metrics_port = 0;
  const TemporaryFolder folder;
  Measured out;
  RunOptions options{.folder = folder.path / "run", .interrupted = &interrupts(), .use = &out.slots};
  options.columns = columns_of_stderr();
  if (options.columns) options.progress = &std::cerr;
  const auto began = std::chrono::steady_clock::now();
  const auto cpu_before = cpu_seconds();
  if (run_search(config, options) == Ended::kInterrupted) throw Interrupted{};
  out.cpu_seconds = cpu_seconds() - cpu_before;
  out.memory = own_memory();
  out.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  count_evaluations(Store(options.folder / "search.db", Store::Mode::kRead), out);
  return out;
}

Record facts(const SlotUse& slot) {
  return {{"pool", slot.pool},
          {"device", slot.device},
          {"requests", slot.requests},
          {"seconds", slot.total},
          {"busy", slot.busy},
          {"starting", slot.starting},
          {"between", slot.total - slot.busy - slot.starting - slot.tail},
          {"tail", slot.tail},
          {"resident_mib", slot.resident_mib},
          {"peak_mib", slot.peak_mib}};
}

/// Seconds as a share of all the slot's seconds.
std::function<std::string(const Record&)> share(const char* field) {
  return [field](const Record& slot) {
    return shown("%.1f %%", 100 * slot.at(field).number() / slot.at("seconds").number());
  };
}

std::string milliseconds_between(const Record& slot) {
  const auto requests = std::max<std::int64_t>(1, slot.at("requests").count());
  return shown("%.1f", 1e3 * (slot.at("between").number() / static_cast<double>(requests)));
}

Table table_of(const std::vector<Record>& slots) {
  return Table({{"slot<", "device"},
                {"requests", "requests"},
                {"seconds", "seconds", number("%.1f")},
                {"busy", share("busy")},
                {"starting", share("starting")},
                {"between requests", share("between")},
                {"ms each", milliseconds_between},
                {"tail", share("tail")},
                {"MiB", "resident_mib", number("%.0f")},
                {"peak MiB", "peak_mib", number("%.0f")}},
               slots);
}

double mib(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

std::string title_of(const std::string& file, const Measured& measured) {
  return "the search of " + file + ", no confirmation, no pretraining: " + std::to_string(measured.finished) +
         " evaluations (" + std::to_string(measured.failed) + " failed) of " + std::to_string(measured.distinct) +
         " distinct candidates in " + shown("%.1f", measured.wall_seconds) + " s, " +
         shown("%.0f", measured.per_hour()) + " an hour\nslots busy " +
         shown("%.1f", 100 * busy_share(measured.slots)) + " % of the time; the search and its store take " +
         shown("%.2f", 100 * measured.own_share()) + " % of the slots' time; a worker at most " +
         shown("%.0f", measured.peak_mib()) + " MiB\n" + shown("%.2f", measured.milliseconds_each()) +
         " ms of CPU for each of " + std::to_string(measured.trainings()) + " trainings; memory at the end " +
         shown("%.0f", mib(measured.memory.resident_bytes)) + " MiB, at most " +
         shown("%.0f", mib(measured.memory.peak_bytes)) +
         " MiB\nbusy: from a request to its answer; starting: a worker, until it says hello; tail: after a slot's "
         "last answer, as nothing is left to do\n";
}

}  // namespace

Report bench_real_search(const RealSearch& search) {
  const std::filesystem::path file =
      search.config.empty() ? configs_folder() / "searches/quick.yaml" : std::filesystem::path(search.config);
  const auto measured = measure(file, search.evaluations);
  std::vector<Record> slots;
  for (const auto& slot : measured.slots) slots.push_back(facts(slot));
  const Record record = {{"config", file.string()},
                         {"evaluations", measured.finished},
                         {"failed", measured.failed},
                         {"distinct", measured.distinct},
                         {"seconds", measured.wall_seconds},
                         {"evaluations_per_hour", measured.per_hour()},
                         {"busy_share", busy_share(measured.slots)},
                         {"coordinator_share", measured.own_share()},
                         {"trainings", measured.trainings()},
                         {"coordinator_milliseconds_each", measured.milliseconds_each()},
                         {"coordinator_mib", mib(measured.memory.resident_bytes)},
                         {"coordinator_peak_mib", mib(measured.memory.peak_bytes)},
                         {"worker_peak_mib", measured.peak_mib()},
                         {"signature", measured.signature},
                         {"slots", slots}};
  const auto table = table_of(slots);
  return {record, title_of(file.string(), measured) + table.text() + "signature " + measured.signature + "\n",
          table.csv()};
}

}  // namespace madsearch
