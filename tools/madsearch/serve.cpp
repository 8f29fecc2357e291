#include <CLI/CLI.hpp>
#include <iostream>
#include <random>

#include "answers.h"
#include "command.h"
#include "configs/errors.h"
#include "configs/text.h"
#include "engine/dispatch/host.h"
#include "engine/run/directory.h"
#include "page.h"
#include "page_server.h"
#include "ranges.h"

namespace madsearch {
namespace {

constexpr int kPort = 8420;

struct Flags {
  std::vector<std::string> folders;
  std::string host;
  std::string questions = kQuestions;
  int port = kPort;
};

/// 32 hexadecimal digits that nobody guesses.
std::string fresh_token() {
  std::random_device source;  // the system's, no generator
  const auto word = [&] { return (std::uint64_t{source()} << 32) | source(); };
  return hexadecimal(word()) + hexadecimal(word());
}

/// Throws ConfigError if one is no run. One without results may get them while the page waits.
void check_runs(const std::vector<std::string>& folders) {
  for (const auto& folder : folders) try {
      store_in(folder);
    } catch (const EmptyStore&) {
    }
}

std::string address(const ServeOptions& options, int port) {
  const bool everywhere = options.host == "0.0.0.0" || options.host == "::";
  auto host = everywhere ? host_name() : options.host;
  if (host.find(':') != std::string::npos) host = "[" + host + "]";  // of IPv6
  return "http://" + host + ":" + std::to_string(port) + "/" + (options.token.empty() ? "" : "?token=" + options.token);
}

void serve(const Flags& flags) {
  check_runs(flags.folders);
  const auto page = page_with(Record{{"live", true}, {"questions", flags.questions}});
  if (!page) throw ConfigError(kNoPage);
  ServeOptions options{.folders = flags.folders, .page = *page, .questions = flags.questions, .port = flags.port};
  if (!flags.host.empty()) {
    options.host = flags.host;
    options.token = fresh_token();
  }
  serve_page(options, interrupts(), [&](int port) {
    std::cout << "the page is at " << address(options, port) << " until Ctrl-C" << std::endl;
  });
}

}  // namespace

void add_serve(CLI::App& app, int& code) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("serve", "Show runs as a page in the browser, live while they go on");
  command->add_option("DIR", flags->folders, "folders of runs")->required();
  add_questions(*command, flags->questions);
  command->add_option("--port", flags->port, "where the page is; 0 takes a port that is free")
      ->check(integers(0, 65535))
      ->capture_default_str();
  command->add_option(
      "--host", flags->host,
      "the address that others reach this machine by, 0.0.0.0 for all of them; whoever comes must know "
      "the token that is printed (without this only this machine is served, and no token is asked for)");
  command->callback([flags, &code] {
    serve(*flags);
    code = 0;
  });
}

}  // namespace madsearch
