// The program that computes. Speaks the lines of engine/dispatch/messages.h: requests on stdin, hello, progress and
// replies on stdout, words for people on stderr. It ends at the end of stdin and, once it was pinged, when pings stop.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <iostream>
#include <mutex>
#include <thread>

#include "engine/dispatch/messages.h"
#include "engine/version.h"
#include "engine/worker/bench.h"
#include "engine/worker/examination.h"
#include "engine/worker/pretraining.h"
#include "engine/worker/trainer.h"

namespace {

using namespace madsearch;
using Clock = std::chrono::steady_clock;

/// Writes whole lines from several threads.
class Out {
 public:
  void send(const Message& message) {
    const auto line = to_line(message) + "\n";
    const std::lock_guard lock(mutex_);
    std::cout << line << std::flush;
    if (!std::cout) _exit(1);  // nobody listens any more
  }

 private:
  std::mutex mutex_;
};

/// Requests in order of arrival. A thread of its own reads them, so that a ping is answered and the end of stdin ends
/// the program also while a training runs.
class Requests {
 public:
  Requests(Out& out, double ping_timeout) : out_(out) {
    std::thread([this] { read(); }).detach();
    if (ping_timeout > 0) std::thread([this, ping_timeout] { watch(ping_timeout); }).detach();
  }

  Message next() {
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
      Message message;
      try {
        message = from_line(line);
      } catch (const std::exception& error) {
        message.type = Message::Type::kError;
        message.error = error.what();
        out_.send(message);
        continue;
      }
      if (message.type == Message::Type::kPing) {
        last_ping_ = Clock::now().time_since_epoch().count();
        Message pong;
        pong.type = Message::Type::kPong;
        out_.send(pong);
        continue;
      }
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(message));
      arrived_.notify_one();
    }
    _exit(0);  // the coordinator is gone; what was running is lost anyway
  }

  void watch(double timeout) {
    for (;;) {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      const auto last = last_ping_.load();
      if (last == 0) continue;
      const std::chrono::duration<double> silent = Clock::now().time_since_epoch() - Clock::duration(last);
      if (silent.count() < timeout) continue;
      std::cerr << "madsearch-worker: no ping for " << timeout << " s, ending\n";
      _exit(1);
    }
  }

  Out& out_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Message> waiting_;
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

Message answer(const Message& request, const Runtime& runtime, Out& out) {
  const OnProgress progress = [&](const Progress& p) {
    Message message;
    message.type = Message::Type::kProgress;
    message.progress = p;
    out.send(message);
  };
  Message reply;
  try {
    switch (request.type) {
      case Message::Type::kTrain:
        reply.type = Message::Type::kTrained;
        reply.trained = train(*request.train, runtime, progress);
        return reply;
      case Message::Type::kPretrain:
        reply.type = Message::Type::kPretrained;
        reply.pretrained = PretrainReply{request.pretrain->id, pretrain(*request.pretrain, runtime, progress)};
        return reply;
      case Message::Type::kBench:
        reply.type = Message::Type::kBenched;
        reply.benched = bench(*request.bench, runtime);
        return reply;
      case Message::Type::kExamine:
        reply.type = Message::Type::kExamined;
        reply.examined = examine(*request.examine, runtime, cuda_graphs(runtime.device));
        return reply;
      default:
        reply.error = "a worker answers train, pretrain, bench, examine and ping";
    }
  } catch (const std::exception& error) {
    reply = {};
    reply.error = error.what();
  }
  reply.type = Message::Type::kError;
  return reply;
}

/// What a large training freed goes back to the machine; up to this much is kept for the next one, as clearing pages
/// anew costs time.
void give_back_memory() {
  constexpr std::size_t kept = std::size_t{256} << 20;
  if (mallinfo2().fordblks > kept) malloc_trim(0);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Trains and scores designs for madsearch: requests as lines of JSON on stdin, replies on stdout.",
               "madsearch-worker");
  std::string device = "cpu";
  int threads = 1;
  double ping_timeout = 300;
  bool graphs = false;
  app.add_option("--device", device, "cpu, cuda or cuda:N")->envname("MADSEARCH_DEVICE")->capture_default_str();
  app.add_option("--threads", threads, "threads on a CPU; one is fastest for small models")
      ->capture_default_str()
      ->check(CLI::Range(1, 256));
  app.add_flag("--cuda-graphs", graphs,
               "on a GPU, record training steps and replay them (a CPU of the same run has nothing to record); "
               "`madsearch doctor` checks that");
  app.add_option("--ping-timeout", ping_timeout,
                 "seconds without a ping, once there was one, after which to end; 0: never")
      ->capture_default_str();
  app.set_version_flag("--version", version());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C is the coordinator's to answer; it closes stdin

  Runtime runtime;
  runtime.threads = threads;
  try {
    runtime.device = at::Device(device);
  } catch (const std::exception&) {
    std::cerr << "madsearch-worker: unknown device \"" << device << "\"; expected cpu, cuda or cuda:N\n";
    return 2;
  }
  if (!runtime.device.is_cpu() && !runtime.device.is_cuda()) {
    std::cerr << "madsearch-worker: unknown device \"" << device << "\"; expected cpu, cuda or cuda:N\n";
    return 2;
  }
  if (runtime.device.is_cuda()) {
    if (!at::globalContext().hasCUDA()) {
      std::cerr << "madsearch-worker: no CUDA device here (" << version() << ")\n";
      return 2;
    }
    at::globalContext().lazyInitDevice(at::kCUDA);
    if (!runtime.device.has_index()) runtime.device.set_index(0);
    leave_default_stream(runtime.device);
    if (graphs) runtime.recorder = cuda_graphs(runtime.device);
  }
  at::set_num_threads(threads);
  mallopt(M_MMAP_THRESHOLD,
          1 << 30);  // keep what a step frees for the next one: pages cleared anew were 5 % of the time
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::globalContext().setFlushDenormal(true);  // decayed states reach them, and they are a hundred times slower

  Out out;
  Message hello;
  hello.type = Message::Type::kHello;
  hello.hello = Hello{version(), kProtocolVersion, runtime.name(), runtime.memory_bytes(), runtime.free_bytes()};
  out.send(hello);
  Requests requests(out, ping_timeout);
  for (;;) {
    out.send(answer(requests.next(), runtime, out));
    give_back_memory();
  }
}
