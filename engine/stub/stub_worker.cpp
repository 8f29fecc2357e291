#include "engine/stub/stub_worker.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <istream>
#include <map>
#include <mutex>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>

#include "configs/errors.h"
#include "configs/seed.h"
#include "engine/dispatch/messages.h"
#include "engine/version.h"
#include "mad_tasks/table.h"
#include "search/architecture/genome.h"
#include "search/architecture/parser.h"

namespace madsearch {
namespace {

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

/// 0..1, how good a block is at a task: a preference of its kind and a part of its name's own.
double talent(const Block& block, const std::string& task) {
  Rng rng(Seed{}.derive(block.primitive).derive(task));
  const bool attends = has(block.primitive, "attention"), recalls = has(task, "recall") || has(task, "copying");
  std::string knobs;
  for (const auto& [name, value] : block.settings) knobs += name + "=" + value.text() + " ";
  Rng tuned(Seed{}.derive(knobs).derive(task));
  return 0.5 * (attends == recalls ? 1 : 0.3) + 0.3 * uniform(rng) + 0.2 * uniform(tuned);
}

/// 0..1, how well a design does: blocks add up with falling gains, and neighbours of different kinds help each other.
double skill(const std::string& design, const std::string& task) {
  const auto genome = parse(design);
  const auto all = blocks(genome);
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    sum += talent(*all[i], task) * (i > 0 && all[i]->primitive != all[i - 1]->primitive ? 1.3 : 1.0) /
           std::sqrt(1.0 + static_cast<double>(i));
  return 1 - std::exp(-0.7 * sum);
}

/// Longer sequences, larger vocabularies, more noise, fewer examples: harder. 1 at the baseline, more above.
double difficulty(const Task& task, const TaskValues& values) {
  double out = 1;
  for (const auto& [name, value] : values)
    if (task.baseline.has(name) && task.baseline.real(name) > 0 && value > 0)
      out *= std::pow(value / task.baseline.real(name), name == "examples" ? -0.3 : 0.3);
  return out;
}

TrainingRecord trained(const TrainRequest& request) {
  const auto& setting = request.setting.setting;
  const auto* task = find_task(setting.task);
  if (task == nullptr) throw std::invalid_argument("unknown task \"" + setting.task + "\"");
  const auto chance = std::clamp(task->chance(setting.values), 0.0, 1.0);
  const auto ability = std::pow(skill(request.design, setting.task), difficulty(*task, setting.values));
  Rng noise(Seed{request.seed}.derive(request.design).derive(setting.task).derive(setting.values.text()));
  const auto accuracy = [&] { return std::clamp(chance + (1 - chance) * ability + 0.01 * normal(noise), chance, 1.0); };
  TrainingRecord record;
  record.id = request.id, record.task = setting.task;
  record.validation_a = accuracy(), record.validation_b = accuracy(), record.test = accuracy();
  record.test_macro = record.test, record.test_loss = -std::log(std::max(record.test, 1e-3));
  const auto best = below(noise, std::max<std::size_t>(1, request.grid.size()));
  if (best < request.grid.size())
    record.learning_rate = request.grid[best].learning_rate, record.weight_decay = request.grid[best].weight_decay;
  record.edge = request.grid.size() > 1 && (best == 0 || best + 1 >= request.grid.size());
  record.trainings = static_cast<std::int64_t>(request.grid.size());
  record.steps = request.setting.steps * static_cast<std::int64_t>(request.grid.size());
  return record;
}

PretrainingRecord pretrained(const PretrainRequest& request) {
  PretrainingRecord record;
  record.hash = hash(parse(request.design)), record.text = request.design;
  Rng noise(Seed{request.seed}.derive(request.design));
  const auto scale = std::pow(std::max(request.flops, 1e6) / 1e12, -0.05);
  record.bits_per_byte = 1 + (0.8 - 0.4 * skill(request.design, "compression")) * scale + 0.003 * normal(noise);
  record.bits_per_byte_recall =
      0.8 + (0.8 - 0.4 * skill(request.design, "in-context-recall")) * scale + 0.003 * normal(noise);
  record.learning_rate =
      request.learning_rates.empty() ? 0 : request.learning_rates[below(noise, request.learning_rates.size())];
  record.flops = request.flops,
  record.tuning_flops = 0.1 * request.flops * static_cast<double>(request.learning_rates.size());
  record.parameters = request.parameters, record.length = request.length;
  record.tokens = static_cast<std::int64_t>(request.flops /
                                            (6.0 * static_cast<double>(std::max<std::int64_t>(1, request.parameters))));
  return record;
}

/// The design that is to be trained; "" of other requests.
std::string design_of(const Request& request) {
  if (const auto* train = std::get_if<TrainRequest>(&request)) return train->design;
  if (const auto* pretrain = std::get_if<PretrainRequest>(&request)) return pretrain->design;
  return "";
}

class StubWorker {
 public:
  StubWorker(std::istream& in, std::ostream& out, const StubOptions& options) : in_(in), out_(out), options_(options) {}

  int run() {
    send(Hello{.version = "madsearch stub worker", .revision = kRevision, .device = "stub"});
    std::thread reader([this] { read(); });  // pings are answered also while a request is under way
    while (auto request = next()) answer(*request);
    reader.join();
    return 0;
  }

 private:
  void send(const Message& message) {
    const std::lock_guard lock(out_mutex_);
    out_ << to_line(message) << "\n" << std::flush;
  }

  void read() {
    for (std::string line; std::getline(in_, line);) {
      try {
        auto message = from_line(line);
        const std::lock_guard lock(mutex_);
        if (hung_) continue;
        if (std::holds_alternative<Ping>(message))
          send(Pong{});
        else if (auto* request = std::get_if<Request>(&message))
          requests_.push_back(std::move(*request));
        else
          throw std::invalid_argument("a stub worker answers train, pretrain, bench and ping");
      } catch (const std::invalid_argument& error) {
        send(ErrorReply{id_in(line), error.what()});
      }
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  std::optional<Request> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_ || (!hung_ && !requests_.empty()); });
    if (ended_) return {};
    auto out = std::move(requests_.front());
    requests_.pop_front();
    return out;
  }

  bool due(int every) const { return every > 0 && count_ % every == 0; }

  void answer(const Request& request) {
    ++count_;
    {
      std::unique_lock lock(mutex_);
      if (due(options_.hang)) {
        hung_ = true;
        return;
      }
      if (changed_.wait_for(lock, std::chrono::milliseconds(options_.milliseconds), [&] { return ended_; })) return;
    }
    if (due(options_.crash) || (!options_.poison.empty() && has(design_of(request), options_.poison.c_str())))
      kill(getpid(), SIGKILL);
    if (due(options_.garbage)) {
      const std::lock_guard lock(out_mutex_);
      out_ << "Segmentation fault, they said" << std::endl;
    }
    try {
      const auto answered = reply(request);
      send(answered);
      if (due(options_.duplicate)) send(answered);
    } catch (const std::exception& error) {
      send(ErrorReply{id_of(request), error.what()});
    }
  }

  Reply reply(const Request& request) const {
    return std::visit([this](const auto& kind) -> Reply { return reply(kind); }, request);
  }

  TrainReply reply(const TrainRequest& request) const {
    TrainReply out;
    out.record = trained(request);
    finish(out.record);
    return out;
  }

  PretrainReply reply(const PretrainRequest& request) const {
    PretrainReply out{request.id, pretrained(request)};
    finish(out.record);
    return out;
  }

  BenchReply reply(const BenchRequest& request) const {
    BenchReply out{request.id, 1, {}};
    for (const auto& design : request.designs)  // a forecast of it means as little as its scores
      out.rows.push_back({.design = design,
                          .width = request.width,
                          .length = request.length,
                          .batch = request.batch,
                          .milliseconds = options_.milliseconds * 1.0,
                          .gflops = 1,
                          .share_of_peak = 1,
                          .ratio_to_attention = 1});
    return out;
  }

  ExamineReply reply(const ExamineRequest&) const {
    throw std::invalid_argument(
        "a stub worker answers train, pretrain, bench and ping; it computes nothing that could be examined");
  }

  /// What every training's record has, whether real or not.
  template <class Record>
  void finish(Record& record) const {
    record.core_seconds = options_.milliseconds / 1000.0;
    if (!due(options_.fail)) return;
    record.outcome = Outcome::kFailed;
    record.message = "the stub was asked to fail";
  }

  std::istream& in_;
  std::ostream& out_;
  const StubOptions& options_;
  std::mutex mutex_, out_mutex_;  // the second is taken last
  std::condition_variable changed_;
  std::deque<Request> requests_;
  bool ended_ = false, hung_ = false;
  int count_ = 0;
};

}  // namespace

StubOptions stub_options(const std::string& text) {
  StubOptions out;
  const std::map<std::string, int*> numbers = {
      {"milliseconds", &out.milliseconds}, {"fail", &out.fail},          {"crash", &out.crash}, {"hang", &out.hang},
      {"garbage", &out.garbage},           {"duplicate", &out.duplicate}};
  std::istringstream in(text);
  for (std::string entry; std::getline(in, entry, ',');) {
    const auto split = entry.find('=');
    const auto name = entry.substr(0, split), value = split == std::string::npos ? "" : entry.substr(split + 1);
    const auto number = numbers.find(name);
    if (name == "poison" && !value.empty()) {
      out.poison = value;
    } else if (number == numbers.end()) {
      std::vector<std::string> names = {"poison"};
      for (const auto& [known, unused] : numbers) names.push_back(known);
      throw ConfigError("MADSEARCH_STUB: unknown option \"" + name + "\"" + did_you_mean(name, names));
    } else if (value.empty() || value.size() > 8 || value.find_first_not_of("0123456789") != std::string::npos) {
      throw ConfigError("MADSEARCH_STUB: \"" + entry + "\" is not " + name + "=NUMBER");
    } else {
      *number->second = std::stoi(value);
    }
  }
  return out;
}

int run_stub_worker(std::istream& in, std::ostream& out, const StubOptions& options) {
  return StubWorker(in, out, options).run();
}

}  // namespace madsearch
