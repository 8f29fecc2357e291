// The program that computes. Speaks the lines of engine/dispatch/messages.h: requests on stdin, hello, progress and
// replies on stdout, words for people on stderr. It ends at the end of stdin and, once it was pinged, when pings stop.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <malloc.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <mutex>
#include <thread>

#include "configs/errors.h"
#include "engine/dispatch/host.h"
#include "engine/dispatch/messages.h"
#include "engine/version.h"
#include "engine/worker/bench.h"
#include "engine/worker/examination.h"
#include "engine/worker/pretraining.h"
#include "engine/worker/processor.h"
#include "engine/worker/trainer.h"

namespace {

using namespace madsearch;
using Clock = std::chrono::steady_clock;

/// Writes whole lines from several threads.
class Out {
 public:
  void send(const Message& message, std::int64_t attempt = 0) {
    const auto line = to_line(message, attempt) + "\n";
    const std::lock_guard lock(mutex_);
    std::cout << line << std::flush;
    if (!std::cout) _exit(1);  // nobody listens any more
  }

 private:
  std::mutex mutex_;
};

struct Asked {
  Request request;
  std::int64_t attempt = 0;
};

/// Requests in order of arrival. A thread of its own reads them, so that a ping is answered and the end of stdin ends
/// the program also while a training runs.
class Requests {
 public:
  Requests(Out& out, double ping_timeout) : out_(out) {
    std::thread([this] { read(); }).detach();
    if (ping_timeout > 0) std::thread([this, ping_timeout] { watch(ping_timeout); }).detach();
  }

  Asked next() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [&] { return !waiting_.empty(); });
    auto out = std::move(waiting_.front());
    waiting_.pop_front();
    return out;
  }

 private:
  void read() {
    for (std::string line; std::getline(std::cin, line);) {
      if (line.empty()) continue;
      try {
        take(from_line(line));
      } catch (const std::exception& error) {
        const auto reply = error_at(line, error.what());
        out_.send(reply.message, reply.attempt);
      }
    }
    _exit(0);  // the coordinator is gone; what was running is lost anyway
  }

  void take(MessageLine line) {
    if (std::holds_alternative<Ping>(line.message)) {
      last_ping_ = Clock::now().time_since_epoch().count();
      return out_.send(Pong{});
    }
    auto* request = std::get_if<Request>(&line.message);
    if (!request) throw std::invalid_argument("a worker answers train, pretrain, bench, examine and ping");
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(*request), line.attempt});
    arrived_.notify_one();
  }

  /// Time in which this program was suspended is no silence: the coordinator was too, perhaps.
  void watch(double timeout) {
    constexpr double most = 2;  // seconds that a second takes, unless somebody stops us
    double silent = 0;
    auto heard = last_ping_.load();
    for (auto before = Clock::now();;) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      const auto now = Clock::now();
      silent += std::min(most, std::chrono::duration<double>(now - before).count());
      before = now;
      if (const auto last = last_ping_.load(); last != heard || last == 0) {
        heard = last;
        silent = 0;
      }
      if (silent < timeout) continue;
      std::cerr << "madsearch-worker: no ping for " << timeout << " s, ending\n";
      _exit(1);
    }
  }

  Out& out_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Asked> waiting_;
  std::atomic<Clock::rep> last_ping_{0};
};

std::string version() {
  return std::string("madsearch ") + kVersion + ", revision " + kRevision + " (LibTorch " + TORCH_VERSION + ", g++ " +
         __VERSION__ +
#ifdef MADSEARCH_CUDA
         ", CUDA)";
#else
         ", CPU)";
#endif
}

/// Computes the answer to each kind of request.
struct Answer {
  const Runtime& runtime;
  OnProgress progress;

  Reply operator()(const TrainRequest& request) const { return train(request, runtime, progress); }
  Reply operator()(const PretrainRequest& request) const { return pretrain(request, runtime, progress); }
  Reply operator()(const BenchRequest& request) const { return bench(request, runtime); }
  Reply operator()(const ExamineRequest& request) const {
    return examine(request, runtime, cuda_graphs(runtime.device));
  }
};

Reply answer(const Asked& asked, const Runtime& runtime, Out& out) {
  const auto tell = [&](const Progress& progress) { out.send(progress, asked.attempt); };
  try {
    return std::visit(Answer{runtime, tell}, asked.request);
  } catch (const std::exception& error) {
    return ErrorReply{id_of(asked.request), error.what()};
  }
}

/// What a large training freed goes back to the machine; up to this much is kept for the next one, as clearing pages
/// anew costs time.
void give_back_memory(const at::Device& device) {
  if (!device.is_cpu()) c10::getDeviceAllocator(device.type())->emptyCache();  // other workers share it
  constexpr std::size_t kept = std::size_t{256} << 20;
  if (mallinfo2().fordblks > kept) malloc_trim(0);
}

struct Flags {
  std::string device = "auto";
  int threads = 1;
  std::int64_t sharers = 1;
  double ping_timeout = 300;
  bool no_graphs = false;
};

void add_flags(CLI::App& app, Flags& flags) {
  app.add_option("--device", flags.device, "cpu, cuda or cuda:N; auto: a GPU if one may be used")
      ->envname("MADSEARCH_DEVICE")
      ->capture_default_str();
  app.add_option("--threads", flags.threads, "threads on a CPU; one is fastest for small models")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  app.add_option("--sharers", flags.sharers,
                 "workers on its GPU, this one among them: it takes no more than its share of the memory")
      ->envname("MADSEARCH_SHARERS")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
  app.add_flag("--no-cuda-graphs", flags.no_graphs,
               "on a GPU, launch each training step anew instead of recording and replaying it");
  app.add_option("--ping-timeout", flags.ping_timeout,
                 "seconds without a ping, once there was one, after which to end; 0: never")
      ->capture_default_str();
  app.set_version_flag("--version", version());
}

/// Whether somebody, as a cluster's scheduler, has given GPUs to this program.
bool gpus_are_given() {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  return visible != nullptr && *visible != '\0' && std::string(visible) != "-1";
}

/// A search meant for a GPU must not go on a CPU unheard.
at::Device found_device() {
  if (at::globalContext().hasCUDA()) return at::kCUDA;
  if (gpus_are_given())
    throw ConfigError("GPUs are given to this worker (CUDA_VISIBLE_DEVICES), and it can't use any (" + version() +
                      "); with `madsearch-worker --device cpu` it computes on the CPU");
  return at::kCPU;
}

at::Device device_of(const std::string& name) {
  if (name == "auto") return found_device();
  try {
    const at::Device out(name);
    if (out.is_cpu() || out.is_cuda()) return out;
  } catch (const std::exception&) {  // LibTorch's sentence names devices that we don't have
  }
  throw ConfigError("unknown device \"" + name + "\"; expected auto, cpu, cuda or cuda:N");
}

/// The device made ready. Throws ConfigError if it isn't there.
Runtime runtime_of(const Flags& flags) {
  Runtime out;
  out.threads = flags.threads;
  out.sharers = flags.sharers;
  out.device = device_of(flags.device);
  if (out.device.is_cuda()) {
    if (!at::globalContext().hasCUDA()) throw ConfigError("no CUDA device here (" + version() + ")");
    at::globalContext().lazyInitDevice(at::kCUDA);
    if (!out.device.has_index()) out.device.set_index(0);
    leave_default_stream(out.device);
    out.hold_to_share();
    if (!flags.no_graphs) out.recorder = cuda_graphs(out.device);
  }
  if (out.device.is_cpu() && flags.sharers > 1)
    throw ConfigError("sharers are workers on a GPU, and this one computes on the CPU");
  at::set_num_threads(flags.threads);
  at::globalContext().setFlushDenormal(true);  // decayed states reach them, and they are a hundred times slower
  return out;
}

/// What a step frees is kept for the next one: clearing pages anew was 5 % of the time.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains and scores designs for madsearch: requests as lines of JSON on stdin, replies on stdout.",
               "madsearch-worker");
  Flags flags;
  add_flags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (const auto sentence = processor_refusal(); !sentence.empty()) {
    std::cerr << "madsearch-worker: " << sentence << "\n";
    return 1;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the coordinator's to answer; it closes stdin

  Runtime runtime;
  try {
    runtime = runtime_of(flags);
  } catch (const ConfigError& error) {
    std::cerr << "madsearch-worker: " << error.what() << "\n";
    return 2;
  }
  keep_memory();

  Out out;
  out.send(Hello{.version = version(),
                 .revision = kRevision,
                 .built_for = built_for(),
                 .processor = names_of(processor_features()),
                 .device = runtime.name(),
                 .host = host_name(),
                 .memory_bytes = runtime.memory_bytes(),
                 .free_bytes = runtime.free_bytes()});
  Requests requests(out, flags.ping_timeout);
  for (;;) {
    const auto asked = requests.next();
    out.send(Started{}, asked.attempt);
    const auto reply = answer(asked, runtime, out);
    out.send(own_memory(), asked.attempt);
    out.send(reply, asked.attempt);
    give_back_memory(runtime.device);
  }
}
