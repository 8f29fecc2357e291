#include "page_server.h"

#include <httplib.h>

#include <charconv>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>

#include "configs/errors.h"
#include "configs/text.h"
#include "effects_view.h"
#include "record.h"
#include "watched_run.h"

namespace madsearch {
namespace {

constexpr int kMostStreams = 16;  // each holds a thread
constexpr std::size_t kThreads = kMostStreams + 16;
constexpr auto kTick = std::chrono::milliseconds(500);
constexpr int kTicksOfSilence = 10;

/// Takes as long whatever of them differs.
bool equal(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return false;
  int difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}

/// What `effects` prints of runs, one after another, as each takes all cores.
class Effects {
 public:
  std::string of(const std::vector<std::string>& folders) {
    const std::lock_guard lock(mutex_);
    return effects_view(folders, 0).record.compact_json();
  }

 private:
  std::mutex mutex_;
};

/// The name in a Host header, without its port.
std::string name_of(const std::string& host) {
  const auto end = host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  return host.substr(0, end);
}

/// Whether a visitor calls this machine by a name of its own: a page elsewhere may have a name that leads here.
bool is_own_name(const std::string& name) { return name == "127.0.0.1" || name == "localhost" || name == "[::1]"; }

class PageServer {
 public:
  PageServer(const ServeOptions& options, const std::atomic<bool>& stop) : options_(options), stop_(stop) {
    for (const auto& folder : options.folders) runs_.push_back(std::make_unique<WatchedRun>(folder, options.questions));
    server_.set_keep_alive_timeout(1);  // seconds, for which an end may have to wait
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_pre_routing_handler([this](const auto& request, auto& response) { return let_in(request, response); });
    server_.Get("/", [this](const auto&, auto& response) { response.set_content(options_.page, "text/html"); });
    answer("/api/runs", [this](const auto&) { return Value(Record{{"runs", runs_.size()}}).compact_json(); });
    answer("/api/stamps", [this](const auto&) { return stamps(); });
    tell("/api/run", [this](const auto& request) { return run_of(request).view(number_in(request, "from")); });
    answer("/api/show", [this](const auto& request) { return run_of(request).show(request.get_param_value("id")); });
    answer("/api/why", [this](const auto& request) { return run_of(request).why(request.get_param_value("id")); });
    tell("/api/compare", [this](const auto& request) {
      const auto* other = request.has_param("other") ? "other" : "run";
      return run_of(request).compare(request.get_param_value("a"), run_of(request, other).folder(),
                                     request.get_param_value("b"));
    });
    tell("/api/questions",
         [this](const auto& request) { return run_of(request).questions(request.get_param_value("id")); });
    tell("/api/effects", [this](const auto& request) { return effects_.of(folders_of(request)); });
    server_.Get("/api/events", [this](const auto&, auto& response) { stream(response); });
  }

  void run(const std::function<void(int)>& ready) {
    // The library's own options let two servers have one port, and each some of its requests.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    const bool any = options_.port == 0;
    port_ = any ? server_.bind_to_any_port(options_.host) : options_.port;
    if (port_ < 0 || (!any && !server_.bind_to_port(options_.host, port_)))
      throw ConfigError("can't listen on " + options_.host + (any ? "" : ", port " + std::to_string(port_)) +
                        ": is the port taken? --port 0 takes one that is free");
    std::thread listening([this] { server_.listen_after_bind(); });
    ready(port_);
    while (!stop_) std::this_thread::sleep_for(kTick);
    server_.stop();
    listening.join();
  }

 private:
  using Request = httplib::Request;
  using Response = httplib::Response;

  std::string cookie() const { return "madsearch-" + std::to_string(port_); }

  bool knows_token(const Request& request) const {
    const auto wanted = cookie() + "=" + options_.token;
    const auto cookies = request.get_header_value("Cookie");
    for (std::size_t at = 0; at < cookies.size();) {
      const auto end = std::min(cookies.find(';', at), cookies.size());
      if (equal(cookies.substr(at, end - at), wanted)) return true;
      at = cookies.find_first_not_of(' ', end + 1);
    }
    return false;
  }

  /// Who isn't let in is told why.
  httplib::Server::HandlerResponse let_in(const Request& request, Response& response) {
    response.set_header("Cache-Control", "no-store");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("X-Content-Type-Options", "nosniff");
    response.set_header("X-Frame-Options", "DENY");
    if (options_.token.empty()) {
      if (is_own_name(name_of(request.get_header_value("Host")))) return httplib::Server::HandlerResponse::Unhandled;
      return refuse(response, 403, "this page is for the machine it runs on: call it 127.0.0.1 or localhost");
    }
    if (knows_token(request)) return httplib::Server::HandlerResponse::Unhandled;
    if (!equal(request.get_param_value("token"), options_.token))
      return refuse(response, 401, "this page wants the token of the address that `madsearch serve` printed");
    response.set_header("Set-Cookie", cookie() + "=" + options_.token + "; HttpOnly; SameSite=Strict; Path=/");
    response.set_redirect("/");  // out of the address
    return httplib::Server::HandlerResponse::Handled;
  }

  static httplib::Server::HandlerResponse refuse(Response& response, int status, const std::string& sentence) {
    response.status = status;
    response.set_content(sentence + "\n", "text/plain");
    return httplib::Server::HandlerResponse::Handled;
  }

  /// What can't be read now, or isn't there, is a sentence with 404.
  template <class Json>
  void answer(const char* path, Json json) {
    server_.Get(path, [json](const Request& request, Response& response) {
      try {
        response.set_content(json(request), "application/json");
      } catch (const std::exception& error) {
        refuse(response, 404, error.what());
      }
    });
  }

  /// As answer, where a question may have no answer, which is one: {"problem": why}.
  template <class Json>
  void tell(const char* path, Json json) {
    answer(path, [json](const Request& request) {
      try {
        return json(request);
      } catch (const ConfigError& error) {
        return Value(Record{{"problem", error.what()}}).compact_json();
      }
    });
  }

  static std::int64_t number_in(const Request& request, const char* name) {
    return integer_of(request.get_param_value(name)).value_or(0);
  }

  WatchedRun& run_of(const Request& request, const char* name = "run") { return run_at(number_in(request, name)); }

  WatchedRun& run_at(std::int64_t index) {
    if (index < 0 || index >= static_cast<std::int64_t>(runs_.size())) throw ConfigError("there is no such run");
    return *runs_[static_cast<std::size_t>(index)];
  }

  /// Those of the runs that are asked about, each with a run= of its own.
  std::vector<std::string> folders_of(const Request& request) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < request.get_param_value_count("run"); ++i)
      out.push_back(run_at(integer_of(request.get_param_value("run", i)).value_or(-1)).folder());
    return out;
  }

  std::string stamps() {
    std::vector<std::string> out;
    for (auto& run : runs_) out.push_back(run->stamp());
    return Value(out).compact_json();
  }

  /// One reader of events, for as long as it listens.
  class Stream {
   public:
    explicit Stream(PageServer& server) : server_(server) { ++server_.streams_; }
    ~Stream() { --server_.streams_; }
    Stream(const Stream&) = delete;

    bool write(httplib::DataSink& sink) {
      if (server_.stop_) return false;
      const auto now = server_.stamps();
      const bool silent = now == last_ && ++ticks_ < kTicksOfSilence;
      if (!silent) {
        const auto event = "data: " + now + "\n\n";
        if (!sink.write(event.data(), event.size())) return false;
        last_ = now;
        ticks_ = 0;
      }
      std::this_thread::sleep_for(kTick);
      return true;
    }

   private:
    PageServer& server_;
    std::string last_;
    int ticks_ = 0;
  };

  void stream(Response& response) {
    if (streams_ >= kMostStreams) {
      refuse(response, 503, "too many pages listen: this one asks now and then instead");
      return;
    }
    const auto events = std::make_shared<Stream>(*this);
    response.set_chunked_content_provider(
        "text/event-stream", [events](std::size_t, httplib::DataSink& sink) { return events->write(sink); });
  }

  const ServeOptions& options_;
  const std::atomic<bool>& stop_;
  std::vector<std::unique_ptr<WatchedRun>> runs_;
  Effects effects_;
  std::atomic<int> streams_{0};
  int port_ = 0;
  httplib::Server server_;
};

}  // namespace

void serve_page(const ServeOptions& options, const std::atomic<bool>& stop, const std::function<void(int)>& ready) {
  PageServer(options, stop).run(ready);
}

}  // namespace madsearch
